import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { LegacyClient } from '../support/clients/legacy-client.js';
import { ReplicaCluster } from '../support/gateway/replica-cluster.js';
import { hasRedis } from '../support/databases/redis-server.js';
import { McpStream, type Message } from '../support/gateway/streaming-gateway.js';

const STARTS_MS = 120_000;
jest.setTimeout(60_000);

const INITIALIZE = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: { elicitation: {} }, clientInfo: { name: 'raw', version: '1' } },
};
const call = (name: string) => ({ method: 'tools/call', params: { name } });

(hasRedis() ? describe : describe.skip)('a session begun at one of two replicas', () => {
  const cluster = new ReplicaCluster();
  let apiKey: string;
  let session: Record<string, string>;

  beforeAll(async () => {
    await cluster.start(2, { GATEWAY_MCP_SESSIONS: 'true' });
    apiKey = cluster.replicas[0]!.apiKey;
    session = { 'mcp-session-id': (await open(0, INITIALIZE, {})).response.headers.get('mcp-session-id')! };
  }, STARTS_MS);
  afterAll(() => cluster.stop(), 60_000);

  const open = (replica: number, body?: { method: string; params?: Message }, headers: Record<string, string> = session) =>
    McpStream.open({ mcpUrl: cluster.replicas[replica]!.mcpUrl, apiKey }, body, headers);
  const answerOf = async (stream: McpStream) => (await stream.response.json()) as Message;

  it('has its calls served by the other one', async () => {
    const { result } = await answerOf(await open(1, call('aborted')));
    expect(result.content).toEqual([{ type: 'text', text: '0' }]);
    expect((await open(1, { method: 'tools/list' })).response.status).toBe(200);
  });

  it('is not asked by the other one, whose answer says why', async () => {
    const { result } = await answerOf(await open(1, call('ask')));
    expect(result.isError).toBe(true);
    expect(result.content[0].text).toMatch(/your session is kept by another replica.*load balancer must keep a client/);
  });

  it.each([
    ['its stream', undefined],
    ['a subscription', { method: 'resources/subscribe', params: { uri: 'test://watched' } }],
    ['an answer to a question', { id: 'ask-1', result: {} } as never],
  ])('is refused %s there with 421 and the reason', async (_, body) => {
    const { response } = await open(1, body);
    expect(response.status).toBe(421);
    expect(((await response.json()) as Message).error.message).toMatch(/^Another replica keeps this session/);
  });

  it('cannot be ended there, and goes on where it was begun', async () => {
    const headers = { ...session, authorization: `Bearer ${apiKey}` };
    expect((await fetch(cluster.replicas[1]!.mcpUrl, { method: 'DELETE', headers })).status).toBe(421);
    const question = await (await open(0, call('ask'))).next();
    expect(question).toMatchObject({ method: 'elicitation/create', params: { message: 'Who?' } });
    const stream = await open(0);
    expect(stream.response.status).toBe(200);
    stream.close();
  });

  it('of a bridge is begun again after a restart, without its client', async () => {
    const client = new LegacyClient();
    const args = [join('dist', 'cli', 'main.js'), 'stdio', '--url', cluster.replicas[0]!.mcpUrl];
    const env = { PATH: process.env['PATH']!, TALLYGATE_API_KEY: apiKey };
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }));
    await cluster.restart(0);
    // Its calls are served as those of another replica's session, until its stream is refused.
    await eventually(() => client.isAsked());
    await client.close();
  });

  it('has its calls served on when the one it was begun at is gone', async () => {
    await cluster.replicas[0]!.end('SIGKILL');
    expect((await answerOf(await open(1, call('aborted')))).result.isError).toBeUndefined();
  });
});
