import fc from 'fast-check';
import { anything, hostile, text, type Schema } from './hostile-values.js';

/** One POST to the MCP port: a body as it goes over the wire, and headers beside the key. */
export interface McpRequest {
  body: string;
  headers: Record<string, string>;
}

export interface KnownTool {
  name: string;
  inputSchema: Schema;
}

const some = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });
const odd = (...likely: unknown[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...likely) }, { weight: 1, arbitrary: anything() });
const URI = odd('config://settings', 'dataset://daily_bars', 'symbol://AAPL', 'file:///etc/passwd', 'ui://', '://', 'a:b');
const cursor = some({ cursor: odd('', '0', 'bmV4dA==') });
const argument = some({ name: odd('symbol', 'name'), value: text() });

/** Every method of both eras with what its parameters are made of. A method that is added to MCP is added here. */
const METHODS: Record<string, fc.Arbitrary<unknown>> = {
  initialize: some({ protocolVersion: odd('2025-11-25', '2024-11-05', '1.0'), capabilities: anything(), clientInfo: anything() }),
  ping: anything(),
  'server/discover': anything(),
  'tools/list': cursor,
  'tools/call': some({ name: odd('greet', 'add', 'no_such_tool'), arguments: anything(), task: anything() }),
  'resources/list': cursor,
  'resources/templates/list': cursor,
  'resources/read': some({ uri: URI, inputResponses: anything(), requestState: anything() }),
  'resources/subscribe': some({ uri: URI }),
  'resources/unsubscribe': some({ uri: URI }),
  'prompts/list': cursor,
  'prompts/get': some({ name: odd('compare', 'no_such_prompt'), arguments: anything() }),
  'completion/complete': some({
    ref: fc.oneof(some({ type: odd('ref/prompt', 'ref/resource'), name: odd('compare'), uri: URI }), anything()),
    argument: fc.oneof(argument, anything()),
    context: fc.oneof(some({ arguments: anything() }), anything()),
  }),
  'logging/setLevel': some({ level: odd('debug', 'emergency') }),
  'subscriptions/listen': some({
    notifications: fc.oneof(some({ toolsListChanged: odd(true), resourceSubscriptions: anything() }), anything()),
  }),
  'tasks/get': some({ taskId: text() }),
  'tasks/list': cursor,
  'tasks/result': some({ taskId: text() }),
  'tasks/cancel': some({ taskId: text() }),
  'sampling/createMessage': anything(),
  'elicitation/create': anything(),
  'roots/list': anything(),
  'notifications/initialized': anything(),
  'notifications/cancelled': some({ requestId: anything(), reason: anything() }),
  'notifications/progress': some({ progressToken: anything(), progress: anything() }),
  'notifications/roots/list_changed': anything(),
};

const META = 'io.modelcontextprotocol/';
const VERSIONS = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2027-01-01', ''];
const ID = fc.oneof(
  { weight: 3, arbitrary: fc.nat() },
  { weight: 1, arbitrary: fc.constantFrom(null, 1e308, '', -1.5, {}, [], true, 2 ** 53) },
  text(),
);

const meta = fc.oneof(
  some({
    [`${META}protocolVersion`]: odd(...VERSIONS),
    [`${META}clientCapabilities`]: odd({}, { sampling: {} }),
    [`${META}clientInfo`]: odd({ name: 'fuzz', version: '1' }),
    progressToken: odd('p', 1),
    traceparent: odd('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-00-00-00'),
    tracestate: text(),
  }),
  anything(),
);

/** A message of the method, right or odd in each of its parts. */
function message(method: string, params: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const withMeta = fc.tuple(params, meta).map(([all, one]) => ({ ...Object(all), _meta: one }) as unknown);
  return fc.record(
    {
      jsonrpc: fc.oneof({ weight: 12, arbitrary: fc.constant('2.0') }, { weight: 1, arbitrary: anything() }),
      id: ID,
      method: fc.oneof({ weight: 12, arbitrary: fc.constant(method) }, { weight: 1, arbitrary: anything() }),
      params: fc.oneof(
        { weight: 5, arbitrary: withMeta },
        { weight: 3, arbitrary: params },
        { weight: 1, arbitrary: anything() },
      ),
    },
    { requiredKeys: ['jsonrpc', 'method'] },
  );
}

/** A valid modern message with the headers that go with it, so that what is behind the envelope is reached too. */
function modern(method: string, params: fc.Arbitrary<unknown>): fc.Arbitrary<McpRequest> {
  const envelope = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {} };
  return fc.tuple(params, ID).map(([all, id]) => {
    const whole = { ...Object(all), _meta: envelope } as Record<string, unknown>;
    const name = whole['name'] ?? whole['uri'];
    const named: Record<string, string> =
      typeof name === 'string' ? { 'mcp-name': `=?base64?${Buffer.from(name).toString('base64')}?=` } : {};
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...named };
    return { body: JSON.stringify({ jsonrpc: '2.0', id, method, params: whole }), headers };
  });
}

const headers: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    'mcp-protocol-version': fc.constantFrom(...VERSIONS),
    'mcp-method': fc.constantFrom(...Object.keys(METHODS), '', 'x'.repeat(2_000)),
    'mcp-name': fc.constantFrom('greet', '=?base64?Z3JlZXQ=?=', '=?base64?%%%?=', '=?base64??=', ''),
    'mcp-session-id': fc.constantFrom('', 'a', '../..'),
    'last-event-id': fc.constantFrom('0', '-1', 'x'),
    'idempotency-key': fc.constantFrom('', 'same', 'x'.repeat(500)),
    accept: fc.constantFrom(
      '*/*',
      'application/json',
      'text/event-stream',
      'application/json, text/event-stream',
      'image/png',
      '',
    ),
    'content-type': fc.constantFrom('application/json', 'text/plain', 'multipart/form-data', ''),
    traceparent: fc.constantFrom('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'zz', ''),
  },
  { requiredKeys: [] },
);

const cut = (body: string, at: number) => body.slice(0, at % (body.length + 1)) + body.slice((at % (body.length + 1)) + 1);

/** Requests of one method: whole ones of both eras, wild ones, broken JSON, and batches. */
function requestsOf(method: string, params: fc.Arbitrary<unknown>): fc.Arbitrary<McpRequest> {
  const wild = message(method, params);
  const body = fc.oneof(
    { weight: 6, arbitrary: wild.map((one) => JSON.stringify(one)) },
    { weight: 1, arbitrary: fc.tuple(wild, fc.nat()).map(([one, at]) => cut(JSON.stringify(one), at)) },
    { weight: 1, arbitrary: fc.array(fc.oneof(wild, anything()), { maxLength: 8 }).map((batch) => JSON.stringify(batch)) },
  );
  const legacy = wild.map((one) => ({ body: JSON.stringify({ ...one, jsonrpc: '2.0', method }), headers: {} }));
  return fc.oneof(fc.record({ body, headers }), legacy, modern(method, params));
}

/** By method; and by tool, with arguments made from its schema. */
export function mcpRequests(tools: readonly KnownTool[]): [string, fc.Arbitrary<McpRequest>][] {
  const none = () => ({});
  const calls = tools.map(({ name, inputSchema }): [string, fc.Arbitrary<McpRequest>] => [
    `tools/call ${name}`,
    requestsOf('tools/call', fc.record({ name: fc.constant(name), arguments: hostile(inputSchema, none, {}) })),
  ]);
  return [
    ...Object.entries(METHODS).map(([method, params]): [string, fc.Arbitrary<McpRequest>] => [
      method,
      requestsOf(method, params),
    ]),
    ...calls,
  ];
}
