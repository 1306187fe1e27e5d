import type { CallContext } from '../../src/tools/source/call-context.js';
import { TemplateWork } from '../../src/tools/source/template-work.js';
import type { FixtureSource } from './fixture.source.js';

export type Params = { name?: string; uri?: string; arguments?: never; argument?: { name: string; value: string } };

/** What a server that offers the fixture answers, by method; the protocol around it is the SDK's. */
export function answersOf(
  source: FixtureSource,
): Record<string, (params: Params, context: CallContext) => Promise<object> | object> {
  return {
    'tools/list': () => ({
      tools: source.tools().map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    }),
    'tools/call': async ({ name, arguments: args = {} }, context) => {
      const { content, isError } = await named(source.tools(), name).call(args, context);
      return { content, ...(isError && { isError }) };
    },
    'resources/list': () => ({ resources: source.resources().map(listed) }),
    'resources/templates/list': () => ({ resourceTemplates: source.resourceTemplates().map(listed) }),
    'resources/read': async ({ uri = '' }, context) => {
      const templates = source.resourceTemplates();
      const resource =
        source.resources().find((each) => each.uri === uri) ?? templates.find((each) => each.matches(uri, new TemplateWork()));
      return { contents: (await resource!.read(uri, context)).contents };
    },
    'prompts/list': () => ({ prompts: source.prompts().map(listed) }),
    'prompts/get': async ({ name, arguments: args = {} }, context) => {
      return { messages: (await named(source.prompts(), name).get(args, context)).messages };
    },
    'completion/complete': async ({ argument }, context) => {
      const completion = await source.prompts()[0]!.complete!(argument!.name, argument!.value, {}, context);
      return { completion };
    },
  };
}

const named = <T extends { name: string }>(offers: readonly T[], wanted: string | undefined): T =>
  offers.find(({ name }) => name === wanted)!;

/** What lists tell of an offer: no functions, nothing of the gateway's own. */
const listed = (offer: object) => JSON.parse(JSON.stringify({ ...offer, tableName: undefined })) as object;
