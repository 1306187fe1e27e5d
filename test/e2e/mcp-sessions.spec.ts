import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { join } from 'node:path';
import { freePort } from '../support/gateway/free-port.js';
import type { GatewayProcess } from '../support/gateway/gateway-process.js';
import { LegacyClient } from '../support/clients/legacy-client.js';
import { McpStream, MODERN, modernMeta, startStreamingGateway, type Message } from '../support/gateway/streaming-gateway.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let gateway: GatewayProcess;
let replica: GatewayProcess;
const secret = { GATEWAY_SECRET_KEY: 'the same for both replicas, and long' };
beforeAll(async () => {
  gateway = await startStreamingGateway({ ask_timeout_seconds: 2 }, { ...secret, GATEWAY_MCP_SESSIONS: 'true' });
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  await replica?.destroy();
}, 60_000);

const INITIALIZE = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: { elicitation: {} }, clientInfo: { name: 'raw', version: '1' } },
};
const ASK = { method: 'tools/call', params: { name: 'ask' } };
const ask = (params: object = {}, capabilities: object = { elicitation: {} }) => ({
  method: 'tools/call',
  params: { name: 'ask', _meta: modernMeta({}, capabilities), ...params },
});
const begin = async () => (await McpStream.open(gateway, INITIALIZE)).response.headers.get('mcp-session-id')!;
const newKey = async () => (await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'other' })).json.api_key as string;
const reply = (id: string, headers: Record<string, string>) =>
  gateway.mcpRaw(JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'accept', content: { name: 'Eve' } } }), {
    authorization: `Bearer ${gateway.apiKey}`,
    ...headers,
  });

const bridgeTo = ({ mcpUrl, apiKey }: GatewayProcess) =>
  new StdioClientTransport({
    command: process.execPath,
    args: [join('dist', 'cli', 'main.js'), 'stdio', '--url', mcpUrl],
    env: { PATH: process.env['PATH']!, TALLYGATE_API_KEY: apiKey },
    stderr: 'ignore',
  });

describe('a session', () => {
  it("carries questions, log levels, changes and subscriptions for the official SDK's client", async () => {
    const client = new LegacyClient();
    const requestInit = { headers: { Authorization: `Bearer ${gateway.apiKey}` } };
    const transport = new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), { requestInit });
    await client.connect(transport);
    await client.goesThroughEverything();
    await transport.terminateSession();
    await client.close();
  });

  it('is unknown after its end, when it is garbage, and to another key', async () => {
    const id = await begin();
    const headers = { 'mcp-session-id': id };
    expect((await gateway.mcp('tools/list', {}, undefined, headers)).status).toBe(200);
    expect((await gateway.mcp('tools/list', {}, await newKey(), headers)).status).toBe(404);
    const authorization = `Bearer ${gateway.apiKey}`;
    expect((await fetch(gateway.mcpUrl, { method: 'DELETE', headers: { ...headers, authorization } })).status).toBe(200);
    for (const each of [id, `${id}x`, 'nonsense']) {
      expect((await gateway.mcp('tools/list', {}, undefined, { 'mcp-session-id': each })).status).toBe(404);
    }
  });

  it('takes an answer of its own client only, and gives up on one that does not come', async () => {
    const session = { 'mcp-session-id': await begin() };
    const stream = await McpStream.open(gateway, ASK, session);
    const question = await stream.next();
    expect(question).toMatchObject({ method: 'elicitation/create', params: { message: 'Who?' } });
    expect((await reply(question.id, { ...session, authorization: `Bearer ${await newKey()}` })).status).toBe(404);
    expect((await reply(question.id, { 'mcp-session-id': await begin() })).status).toBe(202);
    const [cancelled, answer] = await stream.rest();
    expect(cancelled).toMatchObject({ method: 'notifications/cancelled', params: { requestId: question.id } });
    expect(answer.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('did not answer within 2 s') }],
    });
  });

  type Stranger = [who: string, status: number, headers: () => Promise<object>, meta?: object];
  it.each<Stranger>([
    ['another key', 404, async () => ({ authorization: `Bearer ${await newKey()}` })],
    ['a key that is none', 401, async () => ({ authorization: 'Bearer sk-none' })],
    ['a request of 2026-07-28', 400, async () => ({ 'mcp-protocol-version': MODERN }), { _meta: modernMeta() }],
  ])('takes no answer, cancel, stream or end of %s, and goes on', async (_, status, headersOf, meta = {}) => {
    const session = { 'mcp-session-id': await begin() };
    const stranger = { authorization: `Bearer ${gateway.apiKey}`, ...session, ...(await headersOf()) };
    const listening = await McpStream.open(gateway, undefined, session);
    const goOn = (id: number) => {
      const params = { name: 'go_on', _meta: { progressToken: id } };
      return McpStream.open(gateway, { method: 'tools/call', id, params } as Message, session);
    };
    const [working, another] = [await goOn(8), await goOn(9)];
    const asking = await McpStream.open(gateway, ASK, session);
    const question = await asking.next();

    const cancelBy = (headers: Record<string, string>, requestId: number, more = {}) => {
      const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, ...more } };
      return gateway.mcpRaw(JSON.stringify(cancel), headers);
    };
    expect((await reply(question.id, stranger)).status).toBe(status);
    // Clients of 2026-07-28 have no sessions, so that their cancel is of nothing.
    expect((await cancelBy(stranger, 8, meta)).status).toBe(status === 400 ? 202 : status);
    for (const method of ['GET', 'DELETE']) {
      const { status: answered } = await fetch(gateway.mcpUrl, { method, headers: { accept: 'text/event-stream', ...stranger } });
      expect(answered).toBe(status);
    }

    const own = { authorization: `Bearer ${gateway.apiKey}`, ...session };
    expect((await reply(question.id, own)).status).toBe(202);
    expect((await asking.next()).result.content).toEqual([{ type: 'text', text: 'Hello, Eve!' }]);
    await gateway.call('change');
    expect((await listening.next()).method).toMatch(/list_changed$/);
    // Calls that are cancelled end some time later, in their order: what goes on behind the end of another was not.
    await cancelBy(own, 9);
    const [last, end] = (await another.rest()).slice(-2);
    expect(end.result.isError).toBe(true);
    for (let progress = 0; progress < last.params.progress + 5;) ({ progress } = (await working.next()).params);
    await cancelBy(own, 8);
    expect((await working.rest()).at(-1).result.isError).toBe(true);
    listening.close();
  });

  it('cancels a call by its id', async () => {
    const session = { 'mcp-session-id': await begin() };
    const params = { name: 'go_on', _meta: { progressToken: 1 } };
    const stream = await McpStream.open(gateway, { method: 'tools/call', params }, session);
    await stream.next();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
    await gateway.mcpRaw(JSON.stringify(cancel), { authorization: `Bearer ${gateway.apiKey}`, ...session });
    expect((await stream.rest()).at(-1).result.isError).toBe(true);
  });

  it('is missed where a tool asks a client that has begun none, who is told so', async () => {
    const [{ text }] = (await gateway.call('ask')).json.result.content;
    expect(text).toContain('this request names none: send the Mcp-Session-Id');
    const { json } = await gateway.rest('POST', '/tools/call', { server_id: 'streaming', tool_name: 'ask' });
    expect(json.detail).toBe('This needs to ask you something (elicitation). Only a client of MCP can be asked.');
  });

  it('is not there without the setting: GET is 405 before any check, and a tool that asks says why it cannot', async () => {
    replica = await startStreamingGateway({});
    const { response } = await McpStream.open(replica, INITIALIZE);
    expect(response.headers.get('mcp-session-id')).toBeNull();
    expect((await fetch(replica.mcpUrl)).status).toBe(405);
    const setting = 'this gateway keeps none: its operator can set mcp.sessions to true (GATEWAY_MCP_SESSIONS=true)';
    for (const name of ['ask', 'ask_raw']) {
      const [{ text }] = (await replica.call(name)).json.result.content;
      expect(text).toMatch(
        /^This needs to ask you something \(elicitation\)\. A client of before MCP 2026-07-28 needs a session/,
      );
      expect(text).toContain(setting);
    }
    const subscribed = await replica.mcp('resources/subscribe', { uri: 'test://watched' });
    expect([subscribed.status, subscribed.json.error.message]).toEqual([400, expect.stringContaining(setting)]);
  }, 60_000);
});

describe('a client of 2026-07-28', () => {
  it('is asked between two rounds, by the official SDK', async () => {
    const capabilities = { elicitation: {} };
    const client = new ModernClient({ name: 'm', version: '1' }, { capabilities, versionNegotiation: { mode: 'auto' } });
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { name: 'Zoe' } }));
    const requestInit = { headers: { Authorization: `Bearer ${gateway.apiKey}` } };
    await client.connect(new ModernTransport(new URL(gateway.mcpUrl), { requestInit }));
    const { content } = (await client.callTool({ name: 'ask', arguments: {} })) as Message;
    expect(content).toEqual([{ type: 'text', text: 'Hello, Zoe!' }]);
    await client.close();
  });

  it('gets its state back from the call it was given to, and from no other caller, tool or arguments', async () => {
    const first = (await (await McpStream.open(gateway, ask())).response.json()) as Message;
    expect(first.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { who: { method: 'elicitation/create' } },
    });
    const { requestState } = first.result;
    const inputResponses = { who: { action: 'accept', content: { name: 'Zoe' } } };
    const again = async (more: object, headers = {}) =>
      (await (await McpStream.open(gateway, ask({ inputResponses, requestState, ...more }), headers)).response.json()) as Message;
    expect((await again({})).result.content[0].text).toBe('Hello, Zoe!');
    const refused = [
      await again({ requestState: `${requestState}x` }),
      await again({ arguments: { other: 1 } }),
      await again({ name: 'ask_raw' }),
      await again({}, { authorization: `Bearer ${await newKey()}` }),
      await again({ inputResponses: { who: 1 } }),
    ];
    for (const { error } of refused) expect(error.code).toBe(-32602);
  });

  it('is not asked what it has not declared', async () => {
    for (const name of ['ask', 'ask_raw']) {
      const { response } = await McpStream.open(gateway, ask({ name }, {}));
      expect(response.status).toBe(400);
      const data = { requiredCapabilities: { elicitation: {} } };
      expect(await response.json()).toMatchObject({ error: { code: -32021, data } });
    }
  });
});

describe('a bridge from stdio', () => {
  it('carries questions, log messages and changes as they come', async () => {
    const client = new LegacyClient();
    await client.connect(bridgeTo(gateway));
    await client.goesThroughEverything();
    await client.close();
  }, 30_000);

  it('begins another session where the gateway has lost it: its client goes on as if nothing had been', async () => {
    const ports = { GATEWAY_PORT: String(await freePort()), GATEWAY_MCP_PORT: String(await freePort()) };
    const dataDir = temporaryFolder('bridge');
    const start = () =>
      startStreamingGateway({ ask_timeout_seconds: 2 }, { ...ports, GATEWAY_MCP_SESSIONS: 'true' }, { dataDir });
    const first = await start();
    const client = new LegacyClient();
    await client.connect(bridgeTo(first));
    await client.goesThroughEverything();

    await first.end();
    const second = await start();
    client.heard.length = 0;
    await Promise.all(Array.from({ length: 5 }, () => client.isAsked()));
    const metrics = await (await fetch(`${second.restUrl}/metrics`)).text();
    expect(metrics).toMatch(/^tallygate_mcp_sessions 1$/m);
    await client.callTool({ name: 'report', arguments: {} });
    expect(client.heard.filter((one) => one !== 'tools')).toEqual(['debug', 'warning']);
    await client.hearsOfChanges();
    await client.close();
    await second.destroy();
  }, 90_000);
});
