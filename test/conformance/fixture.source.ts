import type { Prompt, PromptMessage } from '../../src/tools/source/prompt.js';
import type { Resource, ResourceTemplate } from '../../src/tools/source/resource.js';
import { askClient } from '../../src/tools/source/ask-client.js';
import type { Tool, ToolSource } from '../../src/tools/source/tool-source.js';
import { UriTemplate } from '../../src/tools/source/uri-template.js';
import { elicit } from './fixture-questions.js';
import { FIXTURE_TOOLS, image, PNG, text, trigger } from './fixture-tools.js';

const NO_ROWS = { recordCount: 0, tableName: '' };
const TEMPLATE = new UriTemplate('test://template/{id}/data');

const resource = (uri: string, mimeType: string, body: { text: string } | { blob: string }): Resource => ({
  uri,
  name: uri.slice('test://'.length),
  mimeType,
  tableName: '',
  read: async () => ({ contents: [{ uri, mimeType, ...body }], usage: NO_ROWS }),
});

const prompt = (
  name: string,
  required: string[],
  messages: (args: Record<string, string>) => PromptMessage['content'][],
): Prompt => ({
  name,
  description: `Of the conformance suite: ${name}`,
  ...(required.length > 0 && { arguments: required.map((each) => ({ name: each, required: true })) }),
  get: async (args) => ({ messages: messages(args).map((content) => ({ role: 'user' as const, content })), usage: NO_ROWS }),
  complete: async (_, typed) => ({ values: ['paris', 'park', 'party'].filter((value) => value.startsWith(typed)) }),
});

/** Everything the official conformance suite wants to find at a server; what it calls its fixture. */
export class FixtureSource implements ToolSource {
  readonly name = 'conformance';
  private readonly listeners: (() => void)[] = [];
  private changes = 0;

  /** @param jobs what else it offers */
  constructor(private readonly jobs: readonly Tool[] = []) {}

  /** The one tool that comes and goes is there at first, so that a gateway that pins tools knows it when it comes back. */
  tools(): readonly Tool[] {
    const changing = this.changes % 2 === 0 ? [trigger('test_changing_tool', () => undefined)] : [];
    const triggers = ['test_trigger_tool_change', 'test_trigger_prompt_change'];
    return [...FIXTURE_TOOLS, ...this.jobs, ...changing, ...triggers.map((name) => trigger(name, () => this.change()))];
  }

  resources(): readonly Resource[] {
    return [
      resource('test://static-text', 'text/plain', { text: 'This is the content of the static text resource.' }),
      resource('test://static-binary', 'image/png', { blob: PNG }),
      resource('test://watched-resource', 'text/plain', { text: 'Watched resource content' }),
      resource('test://example-resource', 'text/plain', { text: 'Embedded resource content for testing.' }),
    ];
  }

  resourceTemplates(): readonly ResourceTemplate[] {
    return [
      {
        uriTemplate: TEMPLATE.text,
        name: 'template',
        mimeType: 'application/json',
        tableName: '',
        matches: (uri) => TEMPLATE.valueIn(uri) !== undefined,
        read: async (uri) => {
          const id = TEMPLATE.valueIn(uri)!;
          const body = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
          return { contents: [{ uri, mimeType: 'application/json', text: body }], usage: NO_ROWS };
        },
      },
    ];
  }

  prompts(): readonly Prompt[] {
    return [
      prompt('test_simple_prompt', [], () => [text('This is a simple prompt for testing.')]),
      prompt('test_prompt_with_arguments', ['arg1', 'arg2'], ({ arg1, arg2 }) => [
        text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
      ]),
      prompt('test_prompt_with_embedded_resource', ['resourceUri'], ({ resourceUri }) => [
        {
          type: 'resource',
          resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        },
        text('Please process the embedded resource above.'),
      ]),
      prompt('test_prompt_with_image', [], () => [image, text('Please analyze the image above.')]),
      { ...prompt(`test_changing_prompt`, [], () => [text(`change ${this.changes}`)]), description: `Change ${this.changes}` },
      this.askingPrompt(),
    ];
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private askingPrompt(): Prompt {
    return {
      name: 'test_input_required_result_prompt',
      description: 'Of the conformance suite: asks its client first',
      get: async (_, context) => {
        const question = elicit('What context should the prompt use?', { context: { type: 'string' } });
        const answers = await askClient(context, { user_context: question });
        return { messages: [{ role: 'user', content: text(JSON.stringify(answers)) }], usage: NO_ROWS };
      },
    };
  }

  private change(): void {
    this.changes += 1;
    for (const listener of this.listeners) listener();
  }
}
