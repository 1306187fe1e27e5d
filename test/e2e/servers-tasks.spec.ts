import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, CreateTaskResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/gateway/free-port.js';
import { hasRedis } from '../support/databases/redis-server.js';
import { ReplicaCluster } from '../support/gateway/replica-cluster.js';
import { modernMeta, type Message } from '../support/gateway/streaming-gateway.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const TASKS = 'io.modelcontextprotocol/tasks';
const RELATED = 'io.modelcontextprotocol/related-task';
const EVERYTHING = resolve('node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');
const PRICE = 7;

jest.setTimeout(60_000);

/**
 * Two replicas before two servers: the official everything server, whose tasks are those of MCP 2025-11-25 and live in the session they
 * were made in, and the conformance fixture with the extension of MCP 2026-07-28, once charged when a task is made, once when it ends.
 */
(hasRedis() ? describe : describe.skip)('a task of an upstream server', () => {
  const cluster = new ReplicaCluster();
  const servers: ChildProcess[] = [];
  let accountKey: string;

  beforeAll(async () => {
    const port = await freePort();
    const env = { ...process.env, PORT: `${port}` };
    const everything = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const fixture = spawn(process.execPath, ['test/conformance/sdk-server.mjs', 'modern'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    servers.push(everything, fixture);
    const [line] = (await once(fixture.stdout, 'data')) as [Buffer];
    const url = String(line).trim();
    await cluster.start(2, { GATEWAY_CONFIG: configWith({ old: `http://127.0.0.1:${port}/mcp`, made: url, done: url }) });
    for (const name of ['old', 'made', 'done']) await replica(0).rest('POST', '/servers', { template_name: name, name });
    accountKey = (await replica(0).rest('POST', '/api/mcp/enable', {})).json.mcp_api_key;
    for (const n of [0, 1]) {
      await eventually(async () => {
        const names = (await ask(n, 'tools/list')).result.tools.map(({ name }: { name: string }) => name);
        expect(names).toEqual(expect.arrayContaining(['made__slow_compute', 'done__slow_compute', 'old__echo']));
      }, 30_000);
    }
  }, 120_000);
  afterAll(async () => {
    for (const server of servers) server.kill('SIGKILL');
    await cluster.stop();
  }, 60_000);

  const replica = (n: number) => cluster.replicas[n]!;

  /** A request of MCP 2026-07-28 of a client that knows the extension. */
  async function ask(
    n: number,
    method: string,
    params: Message = {},
    { apiKey = accountKey, extensions = { [TASKS]: {} } } = {},
  ): Promise<Message> {
    const named = params.name ?? params.taskId;
    const response = await fetch(replica(n).mcpUrl, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        accept: 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...(named && { 'mcp-name': named }),
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method,
        params: { ...params, _meta: modernMeta({}, { elicitation: {}, extensions }) },
      }),
    });
    return response.json();
  }

  const begin = async (n: number, name: string, args: object = {}) =>
    (await ask(n, 'tools/call', { name, arguments: args })).result as Message;
  const ended = (n: number, taskId: string) =>
    eventually(async () => {
      const { result } = await ask(n, 'tasks/get', { taskId });
      expect(['completed', 'failed', 'cancelled']).toContain(result.status);
      return result as Message;
    }, 20_000);
  const balance = async () => (await replica(0).rest('GET', '/api/mcp/account')).json.credits_balance as number;
  const records = async (toolName: string): Promise<Message[]> =>
    (await replica(0).rest('GET', `/api/mcp-usage/history?tool_name=${toolName}`)).json.records;

  describe('of MCP 2026-07-28', () => {
    it('has an id of the gateway, by which any replica finds it, and its end has the result as the server gave it', async () => {
      const task = await begin(0, 'made__slow_compute', { seconds: 0.1, label: 'é' });
      expect(task).toMatchObject({ resultType: 'task', status: 'working', ttlMs: 60_000, pollIntervalMs: 100 });
      const end = await ended(1, task.taskId);
      expect(end).toMatchObject({ resultType: 'complete', taskId: task.taskId, status: 'completed' });
      expect(end.result).toEqual({ content: [{ type: 'text', text: 'Computed é' }], isError: false });
    });

    it('is asked and told through the gateway', async () => {
      const { taskId } = await begin(0, 'made__confirm_delete');
      const asking = await eventually(async () => {
        const { result } = await ask(1, 'tasks/get', { taskId });
        expect(result.status).toBe('input_required');
        return result as Message;
      });
      const [[name]] = Object.entries(asking.inputRequests) as [[string, unknown]];
      const inputResponses = { [name]: { action: 'accept', content: { confirm: true } } };
      expect((await ask(0, 'tasks/update', { taskId, inputResponses })).result).toEqual({ resultType: 'complete' });
      expect((await ended(1, taskId)).result.content[0].text).toContain('"confirm":true');
    });

    it('is nobody else’s, whatever their key', async () => {
      const { taskId } = await begin(0, 'made__slow_compute', { seconds: 60 });
      const { json } = await replica(0).rest('POST', '/api/mcp-keys/create', { key_name: 'other' });
      for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update']) {
        const { error } = await ask(0, method, { taskId, inputResponses: {} }, { apiKey: json.api_key });
        expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('there is no such task') });
      }
      expect((await ask(1, 'tasks/cancel', { taskId })).result).toEqual({ resultType: 'complete' });
      expect((await ended(0, taskId)).status).toBe('cancelled');
    });

    it('is not offered to a client that does not know the extension', async () => {
      const without = { extensions: {} } as never;
      expect(
        (await ask(0, 'tools/call', { name: 'made__slow_compute', arguments: { seconds: 0 } }, without)).result.content,
      ).toBeDefined();
      const refused = await ask(0, 'tools/call', { name: 'made__failing_job', arguments: {} }, without);
      expect(refused.error).toMatchObject({ code: -32021, data: { requiredCapabilities: { extensions: { [TASKS]: {} } } } });
    });
  });

  describe('is charged', () => {
    it('once, when it is made, by default; its end is recorded for nothing', async () => {
      const before = await balance();
      const { taskId, _meta } = await begin(0, 'made__slow_compute', { seconds: 0 });
      expect(_meta['tallygate/usage'].credits_charged).toBe(PRICE);
      expect((await ended(1, taskId))._meta['tallygate/usage']).toMatchObject({ credits_charged: 0, record_count: 1 });
      await Promise.all([0, 1, 0, 1].map((n) => ask(n, 'tasks/get', { taskId })));
      expect(before - (await balance())).toBe(PRICE);
      await eventually(async () => {
        const ends = (await records('made__slow_compute')).filter(({ arguments: given }) => given.taskId === taskId);
        expect(ends.map(({ credits_charged: credits }) => credits)).toEqual([0]);
      }, 20_000);
    });

    it('once, for the first who hears how it ended, where the template says so', async () => {
      const before = await balance();
      const { taskId, _meta } = await begin(0, 'done__slow_compute', { seconds: 0.1 });
      expect([_meta['tallygate/usage'].credits_charged, before - (await balance())]).toEqual([0, 0]);
      const answers = await eventually(async () => {
        const all = await Promise.all([0, 1, 0, 1].map((n) => ask(n, 'tasks/get', { taskId })));
        expect(all.some(({ result }) => result?.status === 'completed')).toBe(true);
        return all;
      }, 20_000);
      const charged = answers.flatMap(({ result }) => result?._meta?.['tallygate/usage']?.credits_charged ?? []);
      expect(charged).toEqual([PRICE]);
      expect(before - (await balance())).toBe(PRICE);
      expect((await ask(1, 'tasks/get', { taskId })).result).toMatchObject({ status: 'completed' });
      expect(before - (await balance())).toBe(PRICE);
    });

    it('nothing when it is cancelled, or its server fails', async () => {
      const before = await balance();
      const { taskId } = await begin(0, 'done__slow_compute', { seconds: 60 });
      await ask(1, 'tasks/cancel', { taskId });
      expect((await ended(0, taskId)).status).toBe('cancelled');
      const broken = await begin(0, 'done__protocol_error_job');
      const end = await ended(1, broken.taskId);
      expect(end).toMatchObject({ status: 'failed', error: { code: -32603, message: 'The job broke.' } });
      expect(await balance()).toBe(before);
    });
  });

  describe('of MCP 2025-11-25', () => {
    async function connected(n: number): Promise<Client> {
      const client = new Client(
        { name: 'tasks', version: '1' },
        { capabilities: { elicitation: {}, tasks: { requests: { elicitation: { create: {} } } } } },
      );
      const requestInit = { headers: { Authorization: `Bearer ${accountKey}` } };
      await client.connect(new StreamableHTTPClientTransport(new URL(replica(n).mcpUrl), { requestInit }) as never);
      return client;
    }
    const research = { name: 'old__simulate-research-query', arguments: { topic: 'tasks' } };

    it('is offered to clients of that revision alone, whose tool can be called in no other way', async () => {
      const client = await connected(0);
      const names = (await client.listTools()).tools.map(({ name }) => name);
      expect(names).toContain(research.name);
      expect((await ask(0, 'tools/list')).result.tools.map(({ name }: { name: string }) => name)).not.toContain(research.name);
      await client.close();
    });

    /** Calls the tool as a task and follows it to its end, as the official client does. */
    async function followed(client: Client, call: typeof research, onCreated: (taskId: string) => unknown = () => undefined) {
      await client.listTools();
      const seen: string[] = [];
      let [taskId, result] = ['', {} as Message];
      for await (const message of client.experimental.tasks.callToolStream(call, undefined, { task: { ttl: 60_000 } })) {
        seen.push(message.type);
        if (message.type === 'taskCreated') await onCreated(({ taskId } = message.task).taskId);
        if (message.type === 'error') throw message.error;
        if (message.type === 'result') ({ result } = message);
      }
      return { seen, taskId, result };
    }

    it('is made, listed, waited for and fetched by the official client', async () => {
      const client = await connected(0);
      const { seen, taskId, result } = await followed(client, research, async (id) => {
        expect((await client.experimental.tasks.listTasks()).tasks.map((task) => task.taskId)).toContain(id);
      });
      expect(JSON.stringify(result.content)).toContain('Research Report');
      expect(result._meta[RELATED]).toEqual({ taskId });
      expect([seen[0], seen.at(-1)]).toEqual(['taskCreated', 'result']);
      await client.close();
    });

    it('is known at another replica, which asks in the session it was made in, and after a restart of the first', async () => {
      const [first, second] = [await connected(0), await connected(1)];
      const begin = async () => {
        const params = { ...research, task: { ttl: 60_000 } };
        return (await first.request({ method: 'tools/call', params }, CreateTaskResultSchema)).task.taskId;
      };
      const [stopped, kept] = [await begin(), await begin()];
      expect((await second.experimental.tasks.cancelTask(stopped)).status).toBe('cancelled');
      await expect(second.experimental.tasks.cancelTask(stopped)).rejects.toThrow('Cannot cancel task in terminal status');
      expect((await second.experimental.tasks.getTask(kept)).taskId).toBe(kept);
      await first.close();
      await cluster.restart(0);
      const again = await connected(0);
      expect((await again.experimental.tasks.getTask(kept)).taskId).toBe(kept);
      const { content } = await again.experimental.tasks.getTaskResult(kept, CallToolResultSchema);
      expect(JSON.stringify(content)).toContain('Research Report');
      await second.close();
      await again.close();
    });

    it('asks its caller within the request for its result, under the id that the caller knows', async () => {
      const client = await connected(1);
      const asked: Message[] = [];
      client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
        asked.push(params);
        return { action: 'accept' as const, content: { interpretation: 'technical' } };
      });
      const call = { ...research, arguments: { topic: 'python', ambiguous: true } };
      const { taskId, result } = await followed(client, call);
      expect(asked.map(({ _meta }) => _meta[RELATED])).toEqual([{ taskId }]);
      expect(JSON.stringify(result.content)).toContain('technical');
      await client.close();
    });
  });
});

function configWith(urls: Record<'old' | 'made' | 'done', string>): string {
  const config = join(temporaryFolder('tasks'), 'gateway.yaml');
  const template = (url: string, more: object) => ({ transport: 'http', url, charge_tool_errors: false, ...more });
  const settings = {
    servers: { allowed_networks: ['127.0.0.0/8'] },
    stock_data: { enabled: false },
    mcp: { sessions: true },
    templates: {
      old: template(urls.old, { price: 0 }),
      made: template(urls.made, { price: PRICE }),
      done: template(urls.done, { price: PRICE, charge: 'on_complete' }),
    },
  };
  writeFileSync(config, JSON.stringify(settings)); // JSON is YAML
  return config;
}
