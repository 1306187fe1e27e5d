import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess, type RestAnswer } from '../support/gateway/gateway-process.js';
import { MODERN, modernMeta, type Message } from '../support/gateway/streaming-gateway.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { answerWith, failure, OddUpstream, success, type Asked } from '../support/upstreams/odd-upstream.js';

jest.setTimeout(60_000);

/** Servers of both revisions whose tasks go as no task should, before a gateway as it is run. */
const upstreams = { flat: new OddUpstream('modern'), nested: new OddUpstream('legacy') };
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
let gateway: GatewayProcess;
let database: pg.Client;

beforeAll(async () => {
  const template = { transport: 'http', url: '${config.url}', config: { properties: { url: {} } }, price: 0 };
  const templates = { flat: template, nested: template, narrow: { ...template, concurrency: 1 } };
  const settings = { servers: { allowed_networks: ['127.0.0.0/8'] }, stock_data: { enabled: false }, templates };
  const config = join(temporaryFolder('odd-tasks'), 'gateway.yaml');
  writeFileSync(config, JSON.stringify(settings)); // JSON is YAML
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  const { url } = await new EmbeddedPostgres(gateway.dataDir).start();
  database = new pg.Client({ connectionString: url });
  await database.connect();
  for (const upstream of Object.values(upstreams)) await upstream.start();
  for (const [name, { url }] of [
    ['flat', upstreams.flat],
    ['nested', upstreams.nested],
    ['narrow', upstreams.nested],
  ] as const)
    expect((await gateway.rest('POST', '/servers', { template_name: name, name, config: { url } })).status).toBe(201);
}, 60_000);
afterAll(async () => {
  await database.end();
  await gateway.destroy();
  for (const upstream of Object.values(upstreams)) await upstream.stop();
});

type Form = keyof typeof upstreams;
const FORMS: Form[] = ['flat', 'nested'];
/** What may be asked of a task of each form. */
const METHODS = { flat: ['tasks/get', 'tasks/update', 'tasks/cancel'], nested: ['tasks/get', 'tasks/result', 'tasks/cancel'] };
const ASKED = FORMS.flatMap((form) => METHODS[form].map((method): [Form, string] => [form, method]));

/** A request of a client of the revision that has this form. */
function ask(form: Form, method: string, params: Message = {}, key?: string): Promise<RestAnswer> {
  if (form === 'nested') return gateway.mcp(method, params, key);
  const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': method, 'mcp-name': params.name ?? params.taskId };
  return gateway.mcp(method, { ...params, _meta: modernMeta({}, TASKS) }, key, headers);
}
const taskOf = (form: Form, { result }: Message): Message => (form === 'flat' ? result : result.task);
const call = (form: Form, pool: string = form, key?: string) =>
  ask(form, 'tools/call', { name: `${pool}__look`, arguments: {}, ...(form === 'nested' && { task: {} }) }, key);
const begin = async (form: Form, pool?: string, key?: string): Promise<string> =>
  taskOf(form, (await call(form, pool, key)).json).taskId;

let made = 0;
/** Has the server answer calls with a task of this id, as JSON, and know all tasks. */
function answerTasks(form: Form, idOf = () => `"theirs-${(made += 1)}"`): void {
  const { results } = upstreams[form];
  const state = '"status":"working","createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:00Z"';
  results['tools/call'] = () => {
    const members = `"taskId":${idOf()},${state}`;
    return form === 'flat' ? `{"resultType":"task",${members},"ttlMs":60000}` : `{"task":{${members},"ttl":60000}}`;
  };
  results['tasks/get'] = ({ params }) => `{"taskId":${JSON.stringify(params.taskId)},${state}}`;
  results['tasks/cancel'] = results['tasks/get'];
  results['tasks/update'] = '{}';
  results['tasks/result'] = '{"content":[{"type":"text","text":"done"}]}';
}
beforeEach(() => {
  for (const form of FORMS) {
    upstreams[form].bend = () => false;
    answerTasks(form);
  }
});

describe.each(FORMS)('a task of the %s form', (form) => {
  const upstream = upstreams[form];

  it('is asked for and stopped when its tool is called otherwise by now', async () => {
    const taskId = await begin(form);
    const rename = async (name: string | null) =>
      expect((await gateway.rest('PATCH', `/servers/${form}/tools/look`, { name })).status).toBe(200);
    await rename('seen');
    await eventually(async () => expect((await gateway.mcp('tools/list')).text).toContain(`${form}__seen`));
    try {
      for (const method of METHODS[form]) {
        expect([method, (await ask(form, method, { taskId, inputResponses: {} })).json.error]).toEqual([method, undefined]);
        expect(upstream.last(method).params.taskId).toBe(`theirs-${made}`);
      }
      if (form === 'nested') expect((await ask(form, 'tasks/list')).json.result.tasks[0].taskId).toBe(taskId);
    } finally {
      await rename(null);
    }
  });

  it('is stopped at its server, and its caller is told, when it cannot be kept', async () => {
    await database.query(`CREATE FUNCTION mcp.no_tasks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'full'; END $$`);
    await database.query('CREATE TRIGGER no_tasks BEFORE INSERT ON mcp.tasks EXECUTE FUNCTION mcp.no_tasks()');
    const { status, json } = await call(form);
    await database.query('DROP FUNCTION mcp.no_tasks CASCADE');
    expect([status, json.result.isError, json.result.content[0].text]).toEqual([200, true, expect.stringContaining('failed')]);
    await eventually(() => expect(upstream.last('tasks/cancel').params.taskId).toBe(`theirs-${made}`));
  });

  it.each<[string, string]>([
    ['is empty', '""'],
    ['has more than 1024 characters', `"${'x'.repeat(1_025)}"`],
    ['must not contain null characters', '"a\\u0000b"'],
    ['must be Unicode text', '"\\ud800"'],
  ])('whose id %s is refused as its server’s failure, and stopped', async (words, id) => {
    answerTasks(form, () => id);
    const { status, json } = await call(form);
    expect([status, json.result.isError]).toEqual([200, true]);
    expect(json.result.content[0].text).toContain(`The server made a task whose "taskId" ${words}.`);
    await eventually(() => expect(upstream.last('tasks/cancel').params.taskId).toBe(JSON.parse(id)));
  });

  it.each(['7', 'null', '["a"]', '{"a":1}', '"a","taskId":7'])('whose id is no text is refused as no MCP: %s', async (id) => {
    answerTasks(form, () => id);
    const { status, json } = await call(form);
    expect([status, json.result.isError]).toEqual([200, true]);
    expect(json.result.content[0].text).toContain(`${form} answered something that is not MCP: "taskId" is not a text.`);
  });

  it('whose id is said twice has the later one, and its caller hears neither', async () => {
    answerTasks(form, () => '"earlier","taskId":"later"');
    const { text, json } = await call(form);
    expect(text).not.toMatch(/earlier|later/);
    const { taskId } = taskOf(form, json);
    expect(taskOf(form, json)).toMatchObject({ taskId: expect.stringMatching(/^[0-9a-f-]{36}$/), status: 'working' });
    expect((await ask(form, 'tasks/get', { taskId })).json.result.taskId).toBe(taskId);
    expect(upstream.last('tasks/get').params.taskId).toBe('later');
  });
});

describe('an error that a server answers', () => {
  const ERRORS = [
    '{"code":-32021,"message":"cannot ask","data":{"requiredCapabilities":{"elicitation":{}}}}',
    '{"code":-32021,"message":"cannot ask","data":null}',
    '{"code":-32603,"message":"broken"}',
    '{"code":-32099,"message":"its own"}',
    '{"code":40001,"message":"own code","data":[1.0]}',
  ];

  it.each(ASKED)('in the %s form to %s is the caller’s, as it is', async (form, method) => {
    const taskId = await begin(form);
    for (const error of ERRORS) {
      upstreams[form].bend = (asked) => asked.method === method && answerWith(asked, failure(asked, error));
      const { status, text } = await ask(form, method, { taskId, inputResponses: {} });
      expect([status, text]).toEqual([200, `{"jsonrpc":"2.0","id":1,"error":${error}}`]);
    }
  });
});

/** Has requests of the method wait until the test answers them. */
function held(form: Form, method: string): Asked[] {
  const asked: Asked[] = [];
  upstreams[form].bend = (one) => one.method === method && asked.push(one) > 0;
  return asked;
}
const UNAUTHORIZED = expect.objectContaining({ code: -32001, message: expect.stringContaining('it was revoked') });

describe('a key that is revoked', () => {
  const newKey = async () => (await gateway.rest('POST', '/api/mcp-keys/create', { key_name: randomUUID() })).json as Message;
  const revoke = async ({ key_id }: Message) =>
    expect((await gateway.rest('POST', '/api/mcp-keys/revoke', { key_id })).status).toBe(200);

  it.each(ASKED)('while a server is asked, in the %s form by %s, hears nothing of the task', async (form, method) => {
    const key = await newKey();
    const taskId = await begin(form, form, key.api_key);
    const asked = held(form, method);
    const answer = ask(form, method, { taskId, inputResponses: {} }, key.api_key);
    await eventually(() => expect(asked).toHaveLength(1));
    await revoke(key);
    answerWith(asked[0]!, success(asked[0]!, `{"content":[],"taskId":"theirs-${made}","status":"working"}`));
    const { status, json } = await answer;
    expect([status, json.error]).toEqual([401, UNAUTHORIZED]);
  });

  it('while a server is asked in a batch, hears nothing of the task', async () => {
    const key = await newKey();
    const taskId = await begin('nested', 'nested', key.api_key);
    const asked = held('nested', 'tasks/get');
    const batch = JSON.stringify([{ jsonrpc: '2.0', id: 1, method: 'tasks/get', params: { taskId } }]);
    const answer = gateway.mcpRaw(batch, { authorization: `Bearer ${key.api_key}` });
    await eventually(() => expect(asked).toHaveLength(1));
    await revoke(key);
    answerWith(asked[0]!, success(asked[0]!, `{"taskId":"theirs-${made}","status":"working"}`));
    expect((await answer).json).toEqual([{ jsonrpc: '2.0', id: 1, error: UNAUTHORIZED }]);
  });

  it('while it waits for a place, or for its list, hears nothing of its tasks', async () => {
    const key = await newKey();
    const taskId = await begin('nested', 'narrow', key.api_key);
    const calls = held('nested', 'tools/call');
    const call = gateway.call('narrow__look');
    await eventually(() => expect(calls).toHaveLength(1));
    const asked = upstreams.nested.count('tasks/get');
    const answers = [ask('nested', 'tasks/get', { taskId }, key.api_key), ask('nested', 'tasks/list', {}, key.api_key)];
    // By then those before it have come as far as they can.
    expect((await ask('nested', 'tools/list', {}, key.api_key)).status).toBe(200);
    await revoke(key);
    expect(upstreams.nested.count('tasks/get')).toBe(asked);
    answerWith(calls[0]!, success(calls[0]!, '{"content":[]}'));
    for (const { status, json } of await Promise.all(answers)) expect([status, json.error]).toEqual([401, UNAUTHORIZED]);
    expect(upstreams.nested.count('tasks/get')).toBe(asked + 2);
    await call;
  });
});

describe('the list of tasks', () => {
  it('asks for four of them at a time', async () => {
    for (let n = 0; n < 6; n += 1) await begin('nested');
    const asked = held('nested', 'tasks/get');
    const list = ask('nested', 'tasks/list');
    let seen = 0;
    let answered = 0;
    void list.then(() => (answered = Infinity));
    while (answered < Infinity) {
      await eventually(() => expect(asked.length > seen || answered === Infinity).toBe(true));
      // Whatever was sent with them has come by then.
      await begin('nested');
      seen = asked.length;
      expect(seen - answered).toBeLessThanOrEqual(4);
      for (; answered < seen; answered += 1)
        answerWith(asked[answered]!, success(asked[answered]!, `{"taskId":"x","status":"working"}`));
    }
    expect(seen).toBeGreaterThanOrEqual(6);
    expect((await list).json.result.tasks.length).toBe(seen);
  });

  it('has no page behind an unknown cursor, another’s or one that is no text', async () => {
    const { json } = await gateway.rest('POST', '/api/mcp-keys/create', { key_name: randomUUID() });
    const others = await begin('nested', 'nested', json.api_key as string);
    for (const cursor of ['', 'x', '0', randomUUID(), "'; DROP TABLE mcp.tasks", 'a\0', '\ud800', others, 7, {}]) {
      const { status, json } = await ask('nested', 'tasks/list', { cursor });
      expect([cursor, status, json.error?.code]).toEqual([cursor, 200, -32602]);
    }
  });
});
