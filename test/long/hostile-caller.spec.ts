import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { modernMeta, type Message } from '../support/gateway/streaming-gateway.js';
import { answerWith, OddUpstream, success, type Asked } from '../support/upstreams/odd-upstream.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** How long each server is under attack. */
const SECONDS = 20;
const HOSTILE_CALLS = 32;
const HONEST_USERS = ['ada', 'bob', 'cleo'];
const PASSWORD = 'correct horse battery';
const MIB = 1_048_576;

jest.setTimeout(120_000);

/** What one argument makes the server do, each of it bad. */
const BAD: Record<string, (asked: Asked) => unknown> = {
  'answer 500': (asked) => answerWith(asked, 'oh no', { 'content-type': 'text/plain' }, 500),
  'answer 503': (asked) => answerWith(asked, '', { 'retry-after': '60' }, 503),
  sleep: () => true,
  break: ({ response }) => response.socket!.destroy(),
  'break half-way': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"jsonrpc":', () => response.socket?.destroy());
  },
  'send 8 MB': (asked) => answerWith(asked, success(asked, textOf('x'.repeat(7.9 * MIB)))),
  'send too much': (asked) => answerWith(asked, success(asked, textOf('x'.repeat(9 * MIB)))),
  'say what is no MCP': (asked) => answerWith(asked, '<html>', { 'content-type': 'text/html' }),
  'end the answer early': ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': hm\n\n'),
};

const textOf = (text: string) => `{"content":[{"type":"text","text":"${text}"}]}`;

/** One caller sends, as fast as they may, what makes a server answer 500, sleep, break or send 8 MB; others call it beside them. */
describe.each(['legacy', 'modern'] as const)('a server of the %s era that one caller attacks', (era) => {
  const upstream = new OddUpstream(era);
  let gateway: GatewayProcess;
  let honest: string[];

  beforeAll(async () => {
    upstream.results['tools/call'] = ({ params }) => textOf(String(params.arguments.echo));
    upstream.bend = (asked) => {
      const what = asked.method === 'tools/call' ? asked.params.arguments.do : undefined;
      return what === undefined ? false : (BAD[what]!(asked), true);
    };
    await upstream.start();
    const config = join(temporaryFolder('hostile-caller'), 'gateway.yaml');
    const settings = {
      servers: { allowed_networks: ['127.0.0.0/8'] },
      stock_data: { enabled: false },
      limits: { api_key_per_hour: 1_000_000, user_per_hour: 1_000_000 },
      templates: { up: { transport: 'http', url: upstream.url, timeout_seconds: 5, price: 0 } },
    };
    writeFileSync(config, JSON.stringify(settings)); // JSON is YAML
    gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
    await gateway.rest('POST', '/servers', { template_name: 'up', name: 'up' });
    honest = await Promise.all(HONEST_USERS.map(keyOf));
    await eventually(async () => expect((await call(honest[0]!, { echo: 'ready' })).text).toBe('ready'), 20_000);
  });
  afterAll(async () => {
    await gateway.destroy();
    await upstream.stop();
  });

  async function keyOf(name: string): Promise<string> {
    const user = { username: name, email: `${name}@example.com`, password: PASSWORD };
    await gateway.rest('POST', '/auth/users', user);
    const { json } = await gateway.rest('POST', '/api/auth/login', { email: user.email, password: PASSWORD }, null);
    return (await gateway.rest('POST', '/api/mcp-keys/create', { key_name: name }, json.access_token)).json.api_key;
  }

  async function call(apiKey: string, args: object): Promise<{ text: string; ms: number }> {
    const began = performance.now();
    const params = { name: 'up__look', arguments: args, _meta: modernMeta() };
    const response = await fetch(gateway.mcpUrl, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        accept: 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'up__look',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    });
    const { result, error } = (await response.json()) as Message;
    return { text: error ? `${error.code}: ${error.message}` : result.content[0].text, ms: performance.now() - began };
  }

  it('answers every call of the others, and in time', async () => {
    const end = performance.now() + SECONDS * 1_000;
    const kinds = Object.keys(BAD);
    let attacks = 0;
    const attack = async () => {
      while (performance.now() < end) {
        await call(gateway.apiKey, { do: kinds[attacks++ % kinds.length] }).catch(() => undefined);
        await sleep(1); // a caller that is refused at once must not take the processor of the test
      }
    };
    const answers: { text: string; ms: number }[] = [];
    const work = async (key: string) => {
      while (performance.now() < end) answers.push(await call(key, { echo: 'well' }));
    };
    await Promise.all([...Array.from({ length: HOSTILE_CALLS }, attack), ...honest.map(work)]);
    expect(answers.filter(({ text }) => text !== 'well')).toEqual([]);
    const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
    expect(times[Math.floor(times.length * 0.99)]).toBeLessThan(3_000);
    expect([answers.length > 100, attacks > 100]).toEqual([true, true]);
  });
});
