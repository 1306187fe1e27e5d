import { setTimeout as sleep } from 'node:timers/promises';
import { askClient } from '../../src/tools/source/ask-client.js';
import type { CallContext, ClientRequest } from '../../src/tools/source/call-context.js';
import type { ContentBlock } from '../../src/tools/source/content.js';
import type { JsonSchema, Tool, ToolResult } from '../../src/tools/source/tool-source.js';
import { elicit, listRoots, sample, userName, withChoices, withDefaults } from './fixture-questions.js';

/** One red pixel. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** A sound of no length. */
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';
const STEP_MS = 50;

type Call = (args: Record<string, unknown>, context: CallContext) => Promise<ToolResult>;

export const text = (words: string): ContentBlock => ({ type: 'text', text: words });
export const image: ContentBlock = { type: 'image', data: PNG, mimeType: 'image/png' };
const embedded = (uri: string, mimeType: string, words: string): ContentBlock => ({
  type: 'resource',
  resource: { uri, mimeType, text: words },
});
const result = (...content: ContentBlock[]): ToolResult => ({ content, usage: { recordCount: 1, tableName: '' } });

const tool = (name: string, call: Call, properties: Record<string, object> = {}): Tool => ({
  name,
  title: name,
  description: `Of the conformance suite: ${name}`,
  inputSchema: { type: 'object', properties, required: Object.keys(properties) },
  price: 0,
  tableName: '',
  call,
});

/** A tool that asks its client and tells what came back. */
const asking = (name: string, requests: Record<string, ClientRequest>, word = 'answers') =>
  tool(name, async (_, context) => result(text(`${word}: ${JSON.stringify(await askClient(context, requests))}`)));

const step = () => new Promise((resolve) => setTimeout(resolve, STEP_MS));

const answering: Tool[] = [
  tool('test_simple_text', async () => result(text('This is a simple text response for testing.'))),
  tool('test_image_content', async () => result(image)),
  tool('test_audio_content', async () => result({ type: 'audio', data: WAV, mimeType: 'audio/wav' })),
  tool('test_embedded_resource', async () =>
    result(embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')),
  ),
  tool('test_multiple_content_types', async () =>
    result(
      text('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data"}'),
    ),
  ),
  tool('test_error_handling', async () => ({
    ...result(text('This tool intentionally returns an error for testing')),
    isError: true,
  })),
];

const telling: Tool[] = [
  tool('test_tool_with_logging', async (_, { client }) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      client.log({ level: 'info', data });
      await step();
    }
    return result(text('Tool with logging executed successfully'));
  }),
  tool('test_logging_tool', async (_, { client }) => {
    client.log({ level: 'info', data: 'Only for those who asked' });
    return result(text('logged'));
  }),
  tool('test_tool_with_progress', async (_, { client }) => {
    for (const progress of [0, 50, 100]) {
      client.progress({ progress, total: 100, message: `Completed step ${progress} of 100` });
      await step();
    }
    return result(text('Tool with progress executed successfully'));
  }),
];

/** Of revisions whose servers ask while the call is open. */
const askingLegacy: Tool[] = [
  tool(
    'test_sampling',
    async ({ prompt }, context) => {
      const { answer } = await askClient(context, { answer: sample(String(prompt)) });
      return result(text(`LLM response: ${(answer['content'] as { text?: string }).text ?? ''}`));
    },
    { prompt: { type: 'string' } },
  ),
  tool(
    'test_elicitation',
    async ({ message }, context) => {
      const username = { type: 'string', description: "User's response" };
      const email = { type: 'string', description: "User's email address" };
      const { answer } = await askClient(context, { answer: elicit(String(message), { username, email }) });
      return result(text(`User response: ${JSON.stringify(answer)}`));
    },
    { message: { type: 'string' } },
  ),
  asking('test_elicitation_sep1034_defaults', { form: withDefaults() }, 'Elicitation completed'),
  asking('test_elicitation_sep1330_enums', { form: withChoices() }, 'Elicitation completed'),
];

const confirm = () => ({ confirm: elicit('Please confirm', { ok: { type: 'boolean' } }) });

/** Of MCP 2026-07-28, whose servers ask between two rounds of a call. */
const askingModern: Tool[] = [
  tool('test_input_required_result_elicitation', async (_, context) => {
    const { user_name } = await askClient(context, { user_name: userName() });
    return result(text(`Hello, ${String((user_name['content'] as { name?: string } | undefined)?.name)}!`));
  }),
  asking('test_input_required_result_sampling', { capital_question: sample('What is the capital of France?') }),
  asking('test_input_required_result_list_roots', { client_roots: listRoots() }),
  asking('test_input_required_result_request_state', confirm(), 'state-ok'),
  asking('test_input_required_result_multiple_inputs', {
    user_name: userName(),
    greeting: sample('Generate a greeting', 50),
    client_roots: listRoots(),
  }),
  tool('test_input_required_result_multi_round', async (_, context) => {
    const first = await askClient(context, { step1: elicit('Step 1: What is your name?', { name: { type: 'string' } }) });
    const second = await askClient(context, {
      step2: elicit('Step 2: What is your favorite color?', { color: { type: 'string' } }),
    });
    return result(text(JSON.stringify({ ...first, ...second })));
  }),
  asking('test_input_required_result_tampered_state', confirm()),
  tool('test_input_required_result_capabilities', async (_, context) => {
    const { sampling, elicitation } = context.client.capabilities;
    const questions: Record<string, ClientRequest> = {};
    if (elicitation) questions['user_name'] = userName();
    if (sampling) questions['greeting'] = sample('Generate a greeting', 50);
    return result(text(JSON.stringify(await askClient(context, questions))));
  }),
  asking('test_missing_capability', { answer: sample('Anything') }),
  tool('test_streaming_elicitation', async (_, context) => {
    context.client.progress({ progress: 0 });
    return result(text(JSON.stringify(await askClient(context, { user_name: userName() }))));
  }),
];

/** SEP-1613 and SEP-2106: what lists must keep of a schema. */
const keptSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

/** What takes long: where tasks are spoken of, they become some (fixture-tasks.ts). */
export const JOBS: readonly Tool[] = [
  tool('greet', async ({ name }) => result(text(`Hello, ${String(name)}!`)), { name: { type: 'string' } }),
  tool(
    'slow_compute',
    async ({ seconds, label }, { cancellation }) => {
      await sleep(1_000 * Number(seconds), undefined, { signal: cancellation.signal });
      return result(text(`Computed ${String(label ?? '')}`));
    },
    { seconds: { type: 'number' } },
  ),
  tool('failing_job', async () => ({ ...result(text('The job failed.')), isError: true })),
  tool('protocol_error_job', async () => Promise.reject(new Error('The job broke.'))),
  asking('confirm_delete', { confirm: elicit('Delete it?', { confirm: { type: 'boolean' } }) }),
  asking('multi_input', { first: userName(), second: elicit('And your city?', { city: { type: 'string' } }) }),
  asking('test_tool_with_task', { user_name: userName() }),
];

export const FIXTURE_TOOLS: readonly Tool[] = [
  ...answering,
  ...telling,
  ...askingLegacy,
  ...askingModern,
  tool('test_parameter_header', async ({ region }) => result(text(String(region))), {
    region: { type: 'string', 'x-mcp-header': 'Region' },
  }),
  { ...tool('json_schema_2020_12_tool', async () => result(text('valid'))), inputSchema: keptSchema },
];

/** Tools that change a list, as the suite asks them to. */
export const trigger = (name: string, change: () => void): Tool =>
  tool(name, async () => {
    change();
    return result(text('changed'));
  });
