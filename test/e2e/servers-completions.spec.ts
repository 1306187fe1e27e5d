import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { McpStream, modernMeta, type Message } from '../support/gateway/streaming-gateway.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { answerWith, failure, OddUpstream, success, type Asked } from '../support/upstreams/odd-upstream.js';

/** Arguments of prompts and templates that upstream servers complete, through the listeners, for clients of either era. */
const folder = temporaryFolder('servers-completions');
const servers = { old: new OddUpstream('legacy'), new: new OddUpstream('modern'), asked: new OddUpstream('legacy') };
const ERAS = ['legacy', 'modern'] as const;
const POOLS = ['old', 'new'] as const;
const JSON_TYPE = { 'content-type': 'application/json' };
const COMPLETED = '{"completion":{"values":["monday"],"total":1},"x":9007199254740993}';
let gateway: GatewayProcess;
/** Answers what is to be completed, and a prompt that is got. */
let answer: (asked: Asked) => unknown;

beforeAll(async () => {
  for (const [pool, one] of Object.entries(servers)) {
    one.results['prompts/list'] = '{"prompts":[{"name":"plan"}]}';
    one.results['resources/templates/list'] = `{"resourceTemplates":[{"name":"day","uriTemplate":"${pool}://{day}"}]}`;
    one.bend = (asked) => (['completion/complete', 'prompts/get'].includes(asked.method!) ? (answer(asked), true) : false);
    await one.start();
  }
  const config = join(folder, 'gateway.yaml');
  const template = (url: string, more: object = {}) => ({ transport: 'http', url, timeout_seconds: 1, ...more });
  const templates = {
    old: template(servers.old.url),
    new: template(servers.new.url),
    asked: template(servers.asked.url, { approval: 'manual' }),
  };
  const settings = { servers: { allowed_networks: ['127.0.0.0/8'] }, stock_data: { enabled: false }, templates };
  writeFileSync(config, JSON.stringify(settings)); // JSON is YAML
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  for (const template_name of Object.keys(servers)) await gateway.rest('POST', '/servers', { template_name });
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  await Promise.all(Object.values(servers).map((one) => one.stop()));
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

type Era = (typeof ERAS)[number];

async function ask(era: Era, method: string, params: Message, apiKey = gateway.apiKey) {
  const all = era === 'modern' ? { ...params, _meta: modernMeta() } : params;
  const { response } = await McpStream.open({ mcpUrl: gateway.mcpUrl, apiKey }, { method, params: all });
  const text = await response.text();
  return { status: response.status, text, ...(JSON.parse(text) as Message) };
}
const prompt = (pool: string) => ({ type: 'ref/prompt', name: `${pool}__plan` });
const template = (pool: string) => ({ type: 'ref/resource', uri: `${pool}://{day}` });
const complete = (era: Era, ref: object, apiKey?: string) =>
  ask(era, 'completion/complete', { ref, argument: { name: 'day', value: 'm' } }, apiKey);
const get = (era: Era, pool: string) => ask(era, 'prompts/get', { name: `${pool}__plan` });
/** What is the same in the errors of all methods: what was charged is said of calls alone. */
const toldOf = ({ status, error: { code, message, data } }: Message) => ({
  status,
  code,
  message: message.replace(' Nothing was charged.', ''),
  errorCode: data?.errorCode,
});

describe.each(POOLS.flatMap((pool) => ERAS.map((era) => [pool, era] as const)))(
  'a completion of a server (%s) for a client (%s)',
  (pool, era) => {
    it.each([
      ['prompt', prompt],
      ['resource template', template],
    ])('of a %s is the server’s, as it wrote it', async (_, ref) => {
      answer = (asked) => answerWith(asked, success(asked, COMPLETED));
      const { status, text } = await complete(era, ref(pool));
      expect([status, text]).toEqual([200, expect.stringContaining(COMPLETED.slice(1, -1))]);
    });

    it.each<[what: string, answered: (asked: Asked) => unknown, told: object]>([
      [
        'an error of its own',
        (asked) => answerWith(asked, failure(asked, '{"code":40001,"message":"no such day"}')),
        { status: 200, code: 40001, message: 'no such day' },
      ],
      [
        'an error with HTTP 400',
        (asked) => answerWith(asked, failure(asked, '{"code":-32602,"message":"no such argument"}'), JSON_TYPE, 400),
        { status: 200, code: -32602, message: 'no such argument' },
      ],
      ['HTTP 500', (asked) => answerWith(asked, 'trace', {}, 500), { message: `${pool} answered HTTP 500.` }],
      [
        'HTTP 403',
        (asked) => answerWith(asked, '', {}, 403),
        { message: expect.stringMatching(/refused the gateway's credentials/) },
      ],
      ['no MCP', (asked) => answerWith(asked, '<h1>hi</h1>'), { message: expect.stringMatching(/something that is not MCP/) }],
      ['nothing in time', () => undefined, { message: `${pool} did not answer within 1 s.` }],
    ])('that is answered with %s fails as a prompt does that is got, and the gateway is well', async (_, answered, told) => {
      answer = answered;
      const [completed, got] = [toldOf(await complete(era, prompt(pool))), toldOf(await get(era, pool))];
      const failed = { status: 200, code: -32603, errorCode: 'BACKEND_ERROR' };
      expect(completed).toMatchObject('code' in told ? told : { ...failed, ...told });
      expect(completed).toEqual(got);
    });

    it('that needs to ask the client, which is never asked for one, says so in the server’s words', async () => {
      const error = '{"code":-32021,"message":"cannot ask","data":{"requiredCapabilities":{"roots":{}}}}';
      answer = (asked) => answerWith(asked, failure(asked, error));
      expect((await complete(era, prompt(pool))).error).toEqual(JSON.parse(error));
    });

    it.each([
      ['"values" that are none', '{"completion":{"values":[1]}}'],
      ['a question', '{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}'],
    ])('that is answered with %s fails as what is no MCP', async (_, result) => {
      answer = (asked) => answerWith(asked, success(asked, result));
      const told = { status: 200, code: -32603, message: expect.stringMatching(/something that is not MCP/) };
      expect(toldOf(await complete(era, prompt(pool)))).toMatchObject(told);
    });
  },
);

describe.each(ERAS)('to a client (%s)', (era) => {
  const refused = { status: 200, error: { code: -32602, message: expect.stringMatching(/"ref" names no prompt/) } };

  it.each([
    ['prompt', prompt],
    ['resource template', template],
  ])('nothing is completed of a %s that waits for approval, nor asked of its server', async (_, ref) => {
    expect(await complete(era, ref('asked'))).toMatchObject(refused);
    expect(servers.asked.count('completion/complete')).toBe(0);
  });

  it.each([
    ['prompt', prompt],
    ['resource template', template],
  ])('nothing is completed of a %s that its key may not use', async (_, ref) => {
    answer = (asked) => answerWith(asked, success(asked, COMPLETED));
    const { json } = await gateway.rest('POST', '/api/mcp-keys/create', {
      key_name: 'k',
      allowed_tools: ['new__plan', 'new://{day}'],
    });
    const asked = servers.old.count('completion/complete');
    expect(await complete(era, ref('old'), json.api_key)).toMatchObject(refused);
    expect(servers.old.count('completion/complete')).toBe(asked);
    expect((await complete(era, ref('new'), json.api_key)).result.completion.values).toEqual(['monday']);
  });
});

it('what is approved is completed from then on', async () => {
  answer = (asked) => answerWith(asked, success(asked, COMPLETED));
  const { pins } = (await gateway.rest('GET', '/servers/asked/pins')).json as { pins: Record<string, string>[] };
  const all = pins.map(({ kind, name, pin }) => ({ kind, name, pin }));
  await gateway.rest('POST', '/servers/asked/pins', { pins: all });
  for (const ref of [prompt, template])
    await eventually(async () => expect((await complete('legacy', ref('asked'))).result.completion.values).toEqual(['monday']));
});
