import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../support/eventually.js';
import type { GatewayProcess } from '../support/gateway/gateway-process.js';
import { LegacyClient } from '../support/clients/legacy-client.js';
import { modernMeta, startStreamingGateway, streamingEnv, type Message } from '../support/gateway/streaming-gateway.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Every test starts a gateway of its own, one after the other on the same data. */
jest.setTimeout(60_000);

const PROGRAM = [join('dist', 'cli', 'main.js'), 'stdio'];
const WATCHED = 'test://watched';
const CAPABILITIES = { elicitation: {} };
const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: CAPABILITIES, clientInfo: { name: 'raw', version: '1' } };

let first: GatewayProcess;
let env: Record<string, string>;
beforeAll(async () => {
  first = await startStreamingGateway();
  env = {
    PATH: process.env['PATH']!,
    ...streamingEnv(),
    GATEWAY_DATA_DIR: first.dataDir,
    TALLYGATE_API_KEY: first.apiKey,
  };
  await first.end();
}, 60_000);
afterAll(() => first.destroy());

/** `tallygate stdio` on real pipes, line by line. */
class Pipes {
  private readonly lines: AsyncIterator<string>;
  private readonly exited: Promise<[number | null]>;

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stderr.resume();
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.exited = once(child, 'exit') as Promise<[number | null]>;
  }

  /** A request with an id, else a notification. */
  send(message: { id?: unknown; method?: string; params?: object; result?: object }): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  async next(): Promise<Message> {
    const { value } = await this.lines.next();
    return value === undefined ? undefined : JSON.parse(value);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Closes stdin; the lines that still came, and the exit code. */
  async end(): Promise<{ rest: Message[]; code: number | null }> {
    this.child.stdin.end();
    const rest: Message[] = [];
    for (let message = await this.next(); message; message = await this.next()) rest.push(message);
    const [code] = await this.exited;
    return { rest, code };
  }
}

let pipes: Pipes | undefined;
afterEach(() => pipes?.end());
const start = (variables = env) => (pipes = new Pipes(spawn(process.execPath, PROGRAM, { env: variables, stdio: 'pipe' })));

const listen = (notifications: object) => ({ method: 'subscriptions/listen', params: { notifications, _meta: modernMeta() } });
const call = (name: string, more: object = {}) => ({ method: 'tools/call', params: { name, ...more } });
const tag = (id: number) => ({ 'io.modelcontextprotocol/subscriptionId': id });
const methodsOf = (messages: Message[]) => messages.map(({ method }) => method);

describe('subscriptions/listen over stdio', () => {
  it('tells of changes while other lines are answered, under its id, until it is cancelled', async () => {
    const client = start();
    client.send({ id: 1, ...listen({ toolsListChanged: true, resourceSubscriptions: [WATCHED, 'test://nope'] }) });
    expect(await client.next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { toolsListChanged: true, resourceSubscriptions: [WATCHED] }, _meta: tag(1) },
    });
    client.send({ id: 2, ...call('change', { _meta: modernMeta() }) });
    const told = [await client.next(), await client.next(), await client.next()];
    const answer = told.find(({ id }) => id === 2);
    const rest = told.filter((one) => one !== answer);
    expect(answer.result.content).toEqual([{ type: 'text', text: 'changed' }]);
    expect(methodsOf(rest).sort()).toEqual(['notifications/resources/updated', 'notifications/tools/list_changed']);
    for (const { params } of rest) expect(params._meta).toEqual(tag(1));

    client.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    client.send({ id: 3, ...listen({ toolsListChanged: true }) });
    expect((await client.next()).params._meta).toEqual(tag(3));
    client.send({ id: 4, ...call('change', { _meta: modernMeta() }) });
    const later = [await client.next(), await client.next()];
    expect(later.find(({ id }) => id !== 4).params._meta).toEqual(tag(3));
  });

  it('ends with its result when the client closes stdin, and so does the process', async () => {
    const client = start();
    client.send({ id: 1, ...listen({ promptsListChanged: true }) });
    await client.next();
    const answer = { jsonrpc: '2.0', id: 1, result: { resultType: 'complete', _meta: tag(1) } };
    expect(await client.end()).toEqual({ rest: [answer], code: 0 });
  });

  it("serves the official SDK's client, which is asked between two rounds, too", async () => {
    const options = { capabilities: CAPABILITIES, versionNegotiation: { mode: 'auto' as const } };
    const client = new ModernClient({ name: 'modern', version: '1' }, options);
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { name: 'Zoe' } }));
    let changes = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => void (changes += 1));
    await client.connect(new ModernTransport({ command: process.execPath, args: PROGRAM, env, stderr: 'ignore' }));
    await client.listen({ toolsListChanged: true });
    const { content } = (await client.callTool({ name: 'ask', arguments: {} })) as Message;
    expect(content).toEqual([{ type: 'text', text: 'Hello, Zoe!' }]);
    await client.callTool({ name: 'change', arguments: {} });
    await eventually(() => expect(changes).toBe(1));
    await client.close();
  });
});

describe('a client that speaks before the gateway is ready', () => {
  it('has every line answered on an empty data folder, too, though the embedded ClickHouse is filled meanwhile', async () => {
    const dataDir = temporaryFolder('stdio-first');
    const client = start({ PATH: env['PATH']!, GATEWAY_DATA_DIR: dataDir });
    const ids = Array.from({ length: 200 }, (_, id) => id);
    for (const id of ids) client.send({ id, method: 'ping', params: { filler: 'x'.repeat(2_000) } });
    const { rest, code } = await client.end();
    expect(code).toBe(0);
    expect(rest.map(({ id, result }) => result && id).sort((a, b) => a - b)).toEqual(ids);
    rmSync(dataDir, { recursive: true });
  });
});

describe('tallygate stdio', () => {
  it('takes its gateway with it when it is killed: the next one starts on the same data at once', async () => {
    const killed = start();
    killed.send({ id: 1, method: 'ping' });
    await killed.next();
    await killed.kill();
    const next = start();
    next.send({ id: 2, method: 'ping' });
    expect(await next.next()).toEqual({ jsonrpc: '2.0', id: 2, result: {} });
  });
});

describe('a legacy client over stdio', () => {
  const begin = async () => {
    const client = start();
    client.send({ id: 0, method: 'initialize', params: INITIALIZE });
    expect((await client.next()).result.capabilities.tools).toEqual({ listChanged: true });
    client.send({ method: 'notifications/initialized' });
    return client;
  };

  it("is asked and told without any setting, as the official SDK's client shows", async () => {
    const client = new LegacyClient();
    await client.connect(new StdioClientTransport({ command: process.execPath, args: PROGRAM, env, stderr: 'ignore' }));
    await client.goesThroughEverything();
    await client.close();
  });

  it('is asked on the same pipe, while its other calls are served, and takes back a question with the call', async () => {
    const client = await begin();
    client.send({ id: 1, ...call('ask') });
    const question = await client.next();
    expect(question).toMatchObject({ method: 'elicitation/create', params: { message: 'Who?' } });
    client.send({ id: 2, ...call('aborted') });
    expect((await client.next()).id).toBe(2);
    client.send({ id: question.id, result: { action: 'accept', content: { name: 'Ada' } } });
    expect(await client.next()).toMatchObject({ id: 1, result: { content: [{ text: 'Hello, Ada!' }] } });

    client.send({ id: 3, ...call('ask') });
    expect((await client.next()).method).toBe('elicitation/create');
    client.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    client.send({ id: 4, method: 'ping' });
    expect(await client.next()).toEqual({ jsonrpc: '2.0', id: 4, result: {} });
  });

  it('that closes stdin with a question open has its answer, which says why, and the process ends', async () => {
    const client = await begin();
    client.send({ id: 1, ...call('ask') });
    await client.next();
    const { rest, code } = await client.end();
    expect([methodsOf(rest), rest[0].id, rest[0].result.isError, code]).toEqual([[undefined], 1, true, 0]);
    expect(rest[0].result.content[0].text).toMatch(/Your client has gone/);
  });
});
