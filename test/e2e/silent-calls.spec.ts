import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRaw, rawPost, untilClosed } from '../support/clients/raw-http.js';
import { eventually } from '../support/eventually.js';
import type { GatewayProcess } from '../support/gateway/gateway-process.js';
import { MODERN, modernMeta, startStreamingGateway } from '../support/gateway/streaming-gateway.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ImpatientProxy } from '../support/upstreams/impatient-proxy.js';
import { answerWith, OddUpstream, SEEN, success, type Asked } from '../support/upstreams/odd-upstream.js';

/** For so long what is between may hear nothing. The gateway says something each half a second, or a moment later. */
const PATIENCE_MS = 2_500;
const KEEP_ALIVE_SECONDS = 0.5;
/** They take longer than anything between waits. */
const COMMENTS = 6;
const BOTH = 'application/json, text/event-stream';

const upstream = new OddUpstream();
/** Calls that the server has not answered. */
const held: Asked[] = [];
let gateway: GatewayProcess;
let proxy: ImpatientProxy;

beforeAll(async () => {
  upstream.bend = (asked) => asked.method === 'tools/call' && held.push(asked);
  await upstream.start();
  const config = join(temporaryFolder('silent-calls'), 'gateway.yaml');
  writeFileSync(config, JSON.stringify(settings())); // JSON is YAML
  gateway = await startStreamingGateway({}, { GATEWAY_CONFIG: config });
  expect((await gateway.rest('POST', '/servers', { template_name: 'odd' })).status).toBe(201);
  proxy = await new ImpatientProxy(gateway.mcpUrl, PATIENCE_MS).start();
}, 60_000);
beforeEach(() => void held.splice(0));
afterAll(async () => {
  await gateway.destroy();
  await proxy.stop();
  await upstream.stop();
}, 60_000);

const settings = () => ({
  mcp: { keep_alive_seconds: KEEP_ALIVE_SECONDS },
  servers: { allowed_networks: ['127.0.0.0/8'] },
  stock_data: { enabled: false },
  examples: { enabled: false },
  templates: { odd: { transport: 'http', url: upstream.url, price: 0 } },
});

/** A tool that is silent until it is told to answer, and how many of its calls were given up. */
interface SilentTool {
  name: string;
  isBusy: () => Promise<void>;
  answer: () => Promise<unknown>;
  givenUp: () => Promise<number>;
}

const UPSTREAMS: SilentTool = {
  name: 'odd__look',
  isBusy: () => eventually(() => expect(held.length).toBeGreaterThan(0)),
  answer: () => Promise.resolve(held.forEach((asked) => answerWith(asked, success(asked, SEEN)))),
  givenUp: () => Promise.resolve(held.filter(({ response }) => response.destroyed && !response.writableFinished).length),
};
const OWN: SilentTool = {
  name: 'await_change',
  isBusy: async () => eventually(async () => expect(Number(await said('awaiting'))).toBeGreaterThan(0)),
  answer: () => gateway.call('change'),
  givenUp: async () => Number(await said('aborted')),
};
const said = async (tool: string): Promise<string> => (await gateway.call(tool)).json.result.content[0].text;

/** A connection with a call on it, which is closed behind its answer. */
class Call {
  heard = '';
  readonly whole: Promise<string>;
  private readonly socket: Socket;

  constructor(tool: string, isModern: boolean, url: string, accept = BOTH) {
    const params = { name: tool, arguments: {}, ...(isModern && { _meta: modernMeta() }) };
    const modern = { 'Mcp-Protocol-Version': MODERN, 'Mcp-Method': 'tools/call', 'Mcp-Name': tool };
    const headers = { Accept: accept, Authorization: `Bearer ${gateway.apiKey}`, ...(isModern && modern) };
    this.socket = openRaw(url);
    this.socket.on('data', (chunk: Buffer) => (this.heard += chunk.toString()));
    this.whole = untilClosed(this.socket).then(({ text }) => text);
    this.socket.write(rawPost(url, JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params }), headers));
  }

  /** It has been silent for longer than anything between waits. */
  get isLong(): Promise<void> {
    return eventually(() => expect(this.heard.match(/^:$/gm)?.length).toBeGreaterThanOrEqual(COMMENTS));
  }

  leave(): void {
    this.socket.destroy();
  }
}

describe.each([
  ['of an upstream server', UPSTREAMS],
  ['of the gateway itself', OWN],
])('a silent call of a tool %s', (_, tool) => {
  it.each([
    ['of 2025-11-25', false],
    ['of 2026-07-28', true],
  ])('is kept alive for a client %s: signs of life, then the answer, in a stream', async (_name, isModern) => {
    const call = new Call(tool.name, isModern, proxy.url);
    await call.isLong;
    await tool.answer();
    const text = await call.whole;
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*content-type: text\/event-stream\r\n/i);
    expect(text.split('event: message\n')).toHaveLength(2);
    expect(JSON.parse(/^data: (.*)$/m.exec(text)![1]!)).toMatchObject({ id: 7, result: { content: [{ type: 'text' }] } });
  });

  it.each([
    ['of 2025-11-25', false],
    ['of 2026-07-28', true],
  ])('is answered in plain JSON to a client %s that accepts nothing else', async (_name, isModern) => {
    const plain = new Call(tool.name, isModern, gateway.mcpUrl, 'application/json');
    await tool.isBusy();
    const beside = new Call(tool.name, isModern, gateway.mcpUrl);
    await beside.isLong;
    expect(plain.heard).toBe('');
    await tool.answer();
    const text = await plain.whole;
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*content-type: application\/json/i);
    expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toMatchObject({ id: 7, result: { content: [{ type: 'text' }] } });
    await beside.whole;
  });

  it('is cut off by what is between, where its client accepts no stream', async () => {
    const before = await tool.givenUp();
    expect(await new Call(tool.name, false, proxy.url, 'application/json').whole).toBe('');
    await eventually(async () => expect(await tool.givenUp()).toBe(before + 1));
  });

  it('is given up when its client leaves the stream', async () => {
    const before = await tool.givenUp();
    const call = new Call(tool.name, true, gateway.mcpUrl);
    await eventually(() => expect(call.heard).toContain('\n:\n'));
    call.leave();
    await eventually(async () => expect(await tool.givenUp()).toBe(before + 1));
  });
});
