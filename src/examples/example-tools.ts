import { Clock } from '../common/clock.js';
import {
  ToolInputError,
  type JsonSchema,
  type Tool,
  type ToolAnnotations,
  type ToolResult,
} from '../tools/source/tool-source.js';

const NAME_MAX_CHARS = 200;
const READ_ONLY: ToolAnnotations = { readOnlyHint: true, destructiveHint: false, openWorldHint: false };
/** Calling these costs nothing and reads no table. */
const FREE = { price: 0, tableName: '', annotations: READ_ONLY };

/** Of a tool whose answer is a text. With the mark, FastMCP's Python client takes it out again: its `result.data` is the text. */
const TEXT_OUTPUT: JsonSchema = {
  type: 'object',
  properties: { result: { type: 'string' } },
  required: ['result'],
  'x-fastmcp-wrap-result': true,
};

/** Source 001, "Adding New Tools". */
export const greet: Tool = {
  ...FREE,
  name: 'greet',
  title: 'Greet',
  description: 'Greets a person by name. Use it to test whether tool calls work.',
  inputSchema: inputOf({
    name: { type: 'string', minLength: 1, maxLength: NAME_MAX_CHARS, description: 'Name of the person to greet.' },
  }),
  outputSchema: TEXT_OUTPUT,
  call: ({ name }) => textAnswer(`Hello, ${String(name)}!`),
};

/** Source 001, "Adding New Tools". */
export const add: Tool = {
  ...FREE,
  name: 'add',
  title: 'Add',
  description: 'Adds two numbers.',
  inputSchema: inputOf({ a: { type: 'number' }, b: { type: 'number' } }),
  outputSchema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'], additionalProperties: false },
  call: async ({ a, b }) => {
    const sum = Number(a) + Number(b);
    if (!Number.isFinite(sum)) throw new ToolInputError('The sum is too large for a number. Use smaller numbers.');
    return answer(String(sum), { sum });
  },
};

/** Source 001, "Adding New Tools": a tool that needs another part of the application is made by a function. */
export const timestamp = (clock: Clock): Tool => ({
  ...FREE,
  name: 'timestamp',
  title: 'Timestamp',
  description: 'Returns the current time of the server: ISO 8601, UTC.',
  inputSchema: inputOf({}),
  outputSchema: TEXT_OUTPUT,
  call: () => textAnswer(new Date(clock.now()).toISOString()),
});

function inputOf(properties: Record<string, object>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** Fits `TEXT_OUTPUT`. */
const textAnswer = (text: string) => answer(text, { result: text });

/** One record is what a caller gets; `structuredContent` must match the tool's `outputSchema`. */
async function answer(text: string, structuredContent: Record<string, unknown>): Promise<ToolResult> {
  return { content: [{ type: 'text', text }], structuredContent, usage: { recordCount: 1, tableName: '' } };
}
