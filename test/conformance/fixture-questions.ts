import type { ClientRequest } from '../../src/tools/source/call-context.js';

/** What the conformance suite wants servers to ask a client; the names of the questions are part of its scenarios. */
export const elicit = (
  message: string,
  properties: Record<string, object>,
  required = Object.keys(properties),
): ClientRequest => ({
  method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: { type: 'object', properties, required } },
});

export const sample = (text: string, maxTokens = 100): ClientRequest => ({
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens },
});

export const listRoots = (): ClientRequest => ({ method: 'roots/list', params: {} });

export const userName = () => elicit('What is your name?', { name: { type: 'string' } });

/** SEP-1034: a default for every primitive type. */
export const withDefaults = () =>
  elicit(
    'Please review and update the form fields with defaults',
    {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    },
    [],
  );

const titled = (noun: string) => [
  { const: 'value1', title: `First ${noun}` },
  { const: 'value2', title: `Second ${noun}` },
  { const: 'value3', title: `Third ${noun}` },
];

/** SEP-1330: every way to write a choice. */
export const withChoices = () =>
  elicit(
    'Please select options from the enum fields',
    {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf: titled('Option') },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
      titledMulti: { type: 'array', items: { anyOf: titled('Choice') } },
    },
    [],
  );
