import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textAt } from '../../src/common/json-text/json-members.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';

const ARGUMENTS =
  '{ "b":9007199254740993, "a":1.0,"10":1e400,"2":-0,"twice":1,"twice":2,"nobody knows":null, "deep":[{"é":"\\u00e9"},[]]}';
const CONTENT = '[{"type":"text","text":"\\u00e9","n":1.0,"_meta":{"id":9007199254740993}}, {"type":"x"}]';
const DATA = '{ "id":9007199254740993,"10":1e400,"2":-0.0,"a":1.0,"rate":0.10 }';

const upstream = new OddUpstream();
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream.results['tools/call'] = `{"content":${CONTENT},"structuredContent":${DATA}}`;
  const job = { name: 'job', description: 'Works.', inputSchema: { type: 'object' }, execution: { taskSupport: 'required' } };
  const { tools } = JSON.parse(upstream.results['tools/list'] as string) as { tools: object[] };
  upstream.results['tools/list'] = JSON.stringify({ tools: [...tools, job] });
  await upstream.start();
  const config = join(temporaryFolder('servers-rest'), 'gateway.yaml');
  const settings = {
    servers: { allowed_networks: ['127.0.0.0/8'] },
    stock_data: { enabled: false },
    templates: { odd: { transport: 'http', url: upstream.url } },
  };
  writeFileSync(config, JSON.stringify(settings)); // JSON is YAML
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  expect((await gateway.rest('POST', '/servers', { template_name: 'odd' })).status).toBe(201);
}, 60_000);
beforeEach(() => void upstream.asked.splice(0));
afterAll(async () => {
  await gateway.destroy();
  await upstream.stop();
}, 60_000);

/** A call over REST: its status, and its answer as the text it came in. @param args As they are written */
async function overRest(args: string, key?: string): Promise<{ status: number; text: string }> {
  const headers = { 'x-api-key': gateway.apiKey, 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
  const body = `{"server_id":"odd","tool_name":"look","arguments":${args}}`;
  const answer = await fetch(`${gateway.restUrl}/tools/call`, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

async function overMcp(args: string, key: string): Promise<string> {
  const headers = { 'x-api-key': gateway.apiKey, 'content-type': 'application/json', 'idempotency-key': key };
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"odd__look","arguments":${args}}}`;
  return (await fetch(gateway.mcpUrl, { method: 'POST', headers, body })).text();
}

const heard = () =>
  upstream.asked.filter(({ method }) => method === 'tools/call').map(({ text }) => textAt(['params', 'arguments'], text));
const said = (text: string) => [textAt(['content'], text), textAt(['structured_content'], text)];

describe('a call over REST of the tool of a server', () => {
  it('takes its arguments there as they were written, and brings its answer as that was written', async () => {
    const { status, text } = await overRest(ARGUMENTS);
    expect(status).toBe(200);
    expect(heard()).toEqual([ARGUMENTS]);
    expect(said(text)).toEqual([CONTENT, DATA]);
  });

  it('is answered with the same texts when it is repeated under its key', async () => {
    await overRest(ARGUMENTS, 'again');
    const { text } = await overRest(ARGUMENTS, 'again');
    expect(heard()).toEqual([ARGUMENTS]);
    expect(said(text)).toEqual([CONTENT, DATA]);
    expect(textAt(['replayed'], text)).toBe('true');
  });
});

describe('two calls under one key', () => {
  it.each([
    ['long numbers', '{"id":9007199254740992}', '{"id":9007199254740993}'],
    [
      'where long numbers are',
      '{"from":9007199254740992,"to":9007199254740993}',
      '{"to":9007199254740992,"from":9007199254740993}',
    ],
    ['numbers beyond all bounds', '{"n":1e400}', '{"n":2e400}'],
    ['the last digit of a fraction', '{"n":0.1}', '{"n":0.10000000000000001}'],
  ])('are different if they differ in %s, over either port', async (what, one, other) => {
    const key = (port: string) => `${port}-${what.replaceAll(' ', '-')}`;
    expect((await overRest(one, key('rest'))).status).toBe(200);
    expect(await overRest(other, key('rest'))).toMatchObject({
      status: 409,
      text: expect.stringMatching(/used for another call/),
    });
    expect(textAt(['error'], await overMcp(one, key('mcp')))).toBeUndefined();
    expect(await overMcp(other, key('mcp'))).toMatch(/used for another call/);
    expect(heard()).toEqual([one, one]);
  });

  it('are one if they differ in the order of their members, and in blanks', async () => {
    expect((await overRest('{"a":9007199254740993,"b":[1.0]}', 'order')).status).toBe(200);
    const { text } = await overRest('{ "b":[ 1.0 ],"a":9007199254740993 }', 'order');
    expect([textAt(['replayed'], text), heard().length]).toEqual(['true', 1]);
  });
});

describe('a tool that runs as a task only', () => {
  const WORDS = 'odd__job runs as a task only: call it with a client of MCP 2025-11-25 that asks for tasks.';

  it('is listed as one over REST and on the command line', async () => {
    const { tools } = (await gateway.rest('GET', '/tools')).json as { tools: { name: string; needs_task?: true }[] };
    const listed = tools.filter(({ name }) => name.startsWith('odd__')).map(({ name, needs_task }) => [name, needs_task]);
    expect(listed).toEqual([
      ['odd__job', true],
      ['odd__look', undefined],
    ]);
    const { stdout } = await tallygate(['tools', '--api-key', gateway.apiKey, '--url', gateway.restUrl]);
    expect(stdout).toMatch(/^odd__job +– +\(runs as a task only\) Works\.$/m);
  });

  it('is refused where no task is asked for, in words that say who can call it, and its server hears nothing', async () => {
    const overRest = await gateway.rest('POST', '/tools/call', { server_id: 'odd', tool_name: 'job' });
    expect([overRest.status, overRest.json.detail]).toEqual([400, expect.stringContaining(WORDS)]);
    const called = await tallygate(['call', 'odd__job', '--api-key', gateway.apiKey, '--url', gateway.restUrl]);
    expect([called.code, called.stderr]).toEqual([4, expect.stringContaining(WORDS)]);
    expect(heard()).toEqual([]);
    await gateway.mcp('tools/call', { name: 'odd__job', arguments: {}, task: { ttl: 1_000 } });
    expect(heard()).toEqual(['{}']);
  });
});
