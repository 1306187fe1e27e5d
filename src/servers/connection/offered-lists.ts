import { ProtocolError, ProtocolErrorCode, type ServerCapabilities } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { UpstreamToolDefinition } from '../approval/tool-pin.js';

const ENTRIES_MAX = 1_000;
const PAGES_MAX = 50;
const TEXT_MAX_CHARS = 8_192;

const name = z.string().max(200);
const uri = z.string().max(TEXT_MAX_CHARS);
const schemaObject = z.looseObject({ type: z.literal('object') });
const described = {
  title: z.string().optional(),
  description: z.string().optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
};
const tool = z.looseObject({ name, ...described, inputSchema: schemaObject, outputSchema: schemaObject.optional() });
const resource = z.object({ uri, name, ...described, mimeType: z.string().optional(), size: z.number().optional() });
const template = z.object({ uriTemplate: uri, name, ...described, mimeType: z.string().optional() });
const argument = z.object({
  name,
  title: z.string().optional(),
  description: z.string().optional(),
  required: z.boolean().optional(),
});
const prompt = z.object({
  name,
  title: z.string().optional(),
  description: z.string().optional(),
  arguments: z.array(argument).optional(),
});

export type ResourceDefinition = z.infer<typeof resource>;
export type TemplateDefinition = z.infer<typeof template>;
export type PromptDefinition = z.infer<typeof prompt>;

/** Everything a server offers. */
export interface UpstreamOffer {
  tools: readonly UpstreamToolDefinition[];
  resources: readonly ResourceDefinition[];
  templates: readonly TemplateDefinition[];
  prompts: readonly PromptDefinition[];
}

export const NO_OFFER: UpstreamOffer = { tools: [], resources: [], templates: [], prompts: [] };

/** Asks the server for one page of a list. */
export type AskPage = (method: string, params: Record<string, unknown>, schema: typeof page) => Promise<z.infer<typeof page>>;

const page = z.looseObject({ nextCursor: z.string().optional() });

/** What a server offers now. Entries that are none are left out. @throws UpstreamFailure; ProtocolError when it refuses to list its tools. */
export async function offerOf(ask: AskPage, capabilities: () => ServerCapabilities): Promise<UpstreamOffer> {
  const tools = await list(ask, 'tools', tool, ({ name }) => name).catch(orNone(ProtocolErrorCode.MethodNotFound));
  const { resources, prompts } = capabilities();
  return {
    tools: tools as UpstreamToolDefinition[],
    resources: resources ? await list(ask, 'resources', resource, ({ uri }) => uri).catch(orNone()) : [],
    templates: resources
      ? await list(ask, 'resourceTemplates', template, ({ uriTemplate }) => uriTemplate, 'resources/templates').catch(orNone())
      : [],
    prompts: prompts ? await list(ask, 'prompts', prompt, ({ name }) => name).catch(orNone()) : [],
  };
}

async function list<T>(ask: AskPage, key: string, schema: z.ZodType<T>, idOf: (entry: T) => string, path = key): Promise<T[]> {
  const found = new Map<string, T>();
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES_MAX && found.size < ENTRIES_MAX; pages += 1) {
    const answer = await ask(`${path}/list`, cursor ? { cursor } : {}, page);
    for (const entry of z.array(z.unknown()).parse(answer[key])) {
      const { success, data } = schema.safeParse(entry);
      if (success && found.size < ENTRIES_MAX) found.set(idOf(data), data);
    }
    if (!(cursor = answer.nextCursor)) break;
  }
  return [...found.values()];
}

/** A server that answers with an error of its own has no such list; the others are not worse for it. */
const orNone =
  (code?: number) =>
  (error: unknown): never[] => {
    if (error instanceof ProtocolError && (code === undefined || error.code === code)) return [];
    throw error;
  };
