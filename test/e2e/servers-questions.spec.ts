import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitationCompleteNotificationSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { McpStream, MODERN, modernMeta, type Message } from '../support/gateway/streaming-gateway.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';
import { LegacyUpstream, SIGN_IN } from '../support/upstreams/talking-upstream.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Far below the five minutes after which such a call is given up anyway. */
const FREED_MS = 10_000;

const upstream = new LegacyUpstream();
const modern = new OddUpstream('modern');
const dataDir = temporaryFolder('servers-questions');
let gateway: GatewayProcess;
let serverId: string;

beforeAll(async () => {
  await Promise.all([upstream.start(), modern.start()]);
  const config = join(dataDir, 'gateway.yaml');
  const template = `templates:\n  old: { transport: http, url: '${upstream.url}' }\n  new: { transport: http, url: '${modern.url}' }\n`;
  writeFileSync(config, `servers: { allowed_networks: ['127.0.0.0/8'] }\nstock_data: { enabled: false }\n${template}`);
  gateway = await GatewayProcess.start({ dataDir, env: { GATEWAY_CONFIG: config, GATEWAY_MCP_SESSIONS: 'true' } });
  serverId = (await gateway.rest('POST', '/servers', { template_name: 'old' })).json.id;
  await gateway.rest('POST', '/servers', { template_name: 'new' });
}, 60_000);
afterEach(() => expect(upstream.asking).toBe(0));
afterAll(async () => {
  await gateway.destroy();
  await Promise.all([upstream.stop(), modern.stop()]);
}, 60_000);

const newKey = async () => (await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'k' })).json;
const greet = async (apiKey: string, round: object = {}): Promise<Message> => {
  const _meta = modernMeta({}, { elicitation: {} });
  const request = { method: 'tools/call', params: { name: 'old__greet', arguments: {}, _meta, ...round } };
  return (await McpStream.open({ mcpUrl: gateway.mcpUrl, apiKey }, request)).response.json();
};
/** A call whose server waits for this caller's second round. */
const suspended = (apiKey: string) =>
  eventually(async () => {
    const { result } = await greet(apiKey);
    expect(result?.resultType).toBe('input_required');
    return result.requestState as string;
  }, 20_000);
const answered = (requestState: string) => ({
  requestState,
  inputResponses: { 'question-1': { action: 'accept', content: { name: 'Ada' } } },
});

describe('a server that sends its caller to a page', () => {
  it('has the client told when it is done there, though the call is over', async () => {
    const client = new Client({ name: 'url', version: '1' }, { capabilities: { elicitation: { url: {} } } });
    const asked: unknown[] = [];
    const done: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => (asked.push(params), { action: 'accept' as const }));
    client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => void done.push(params.elicitationId));
    const requestInit = { headers: { Authorization: `Bearer ${gateway.apiKey}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), { requestInit }));
    await eventually(async () => expect((await client.listTools()).tools.map(({ name }) => name)).toContain('old__sign_in'));
    const { content } = await client.callTool({ name: 'old__sign_in', arguments: {} });
    expect([content, asked]).toMatchObject([[{ text: 'accept' }], [{ mode: 'url', elicitationId: SIGN_IN }]]);
    // The streams it is told on may not be open yet.
    await eventually(async () => {
      await client.callTool({ name: 'old__sign_in', arguments: {} });
      await upstream.signedIn();
      await eventually(() => expect(done).toContain(SIGN_IN), 1_000);
    });
    await client.close();
  });
});

describe('what a server of 2026-07-28 asks, and what a client of it answers', () => {
  const QUESTIONS =
    '{"who":{"method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":' +
    '{"id":{"type":"integer","maximum":9007199254740993,"default":1.0}}},"x":{"y":[1e400, null]},"_meta":{"n":-0.0}},"vendor":7}}';
  const RESPONSES =
    '{"who":{"action":"accept","content":{"id":9007199254740993,"price":1.0},"x":{"y":[1e400, null]},"_meta":{"n":-0.0}}}';
  const callWith = async (more: string) => {
    const meta = JSON.stringify(modernMeta({}, { elicitation: {} }));
    const params = `{"name":"new__look","arguments":{},"_meta":${meta}${more}}`;
    const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'new__look' };
    const authorization = `Bearer ${gateway.apiKey}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
    return (await gateway.mcpRaw(body, { accept: 'application/json', authorization, ...headers })).text;
  };

  it('goes on as it was written: every digit, members nobody knows, and _meta', async () => {
    modern.results['tools/call'] = ({ params }) =>
      params.inputResponses
        ? '{"content":[{"type":"text","text":"Thanks"}]}'
        : `{"resultType":"input_required","inputRequests":${QUESTIONS},"requestState":"s"}`;
    const asked = await eventually(async () => {
      const text = await callWith('');
      expect(text).toContain('"resultType":"input_required"');
      return text;
    });
    expect(asked).toContain(`"inputRequests":${QUESTIONS},`);
    const { requestState } = (JSON.parse(asked) as Message).result;
    const done = await callWith(`,"inputResponses":${RESPONSES},"requestState":${JSON.stringify(requestState)}`);
    expect(done).toContain('Thanks');
    expect(modern.last('tools/call').text).toContain(`"inputResponses":${RESPONSES}`);
  });
});

describe('a call that waits at a server for its caller', () => {
  it('is given up when the key is revoked, and no call of another key is', async () => {
    const [ending, staying] = [await newKey(), await newKey()];
    await suspended(ending.api_key);
    const state = await suspended(staying.api_key);
    expect(upstream.asking).toBe(2);
    await gateway.rest('POST', '/api/mcp-keys/revoke', { key_id: ending.key_id });
    await eventually(() => expect(upstream.asking).toBe(1), FREED_MS); // told to stop, or that nobody answers: whichever comes first
    expect((await greet(staying.api_key, answered(state))).result.content[0].text).toBe('Hello, Ada');
  });

  it('is given up when the server is removed, whose tool is unknown from then on', async () => {
    const state = await suspended(gateway.apiKey);
    await gateway.rest('DELETE', `/servers/${serverId}`);
    await eventually(() => expect(upstream.asking).toBe(0), FREED_MS);
    expect((await greet(gateway.apiKey, answered(state))).error.message).toMatch(/Unknown tool/i);
  });
});
