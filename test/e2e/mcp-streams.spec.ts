import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { eventually } from '../support/eventually.js';
import type { GatewayProcess } from '../support/gateway/gateway-process.js';
import { McpStream, modernMeta, startStreamingGateway } from '../support/gateway/streaming-gateway.js';

const IDLE = 1_000;
const ACTIVE = 200;
/** Of both together; measured: 31 MiB. */
const GROWTH_MAX_BYTES = 200 * 1024 * 1024;

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startStreamingGateway({ max_streams_per_key: 1_250, max_streams_per_user: 1_250, keep_alive_seconds: 0.5 });
}, 60_000);
afterAll(() => gateway.destroy(), 60_000);

const call = (name: string, meta?: object) => ({ method: 'tools/call', params: { name, ...(meta && { _meta: meta }) } });
const textOf = async (name: string) => (await gateway.call(name)).json.result.content[0].text as string;
const newKey = async (name: string) => (await gateway.rest('POST', '/api/mcp-keys/create', { key_name: name })).json;

describe('an answer', () => {
  it('is a stream where the tool reports before: progress under the token, log messages, the result last', async () => {
    const stream = await McpStream.open(gateway, call('report', { progressToken: 'p' }));
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.response.headers.get('x-ratelimit-limit')).toBe('5000');
    expect(await stream.rest()).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 1, total: 2, message: 'half' } },
      { method: 'notifications/message', params: { level: 'warning', data: 'careful' } },
      { id: 7, result: { content: [{ text: 'done' }] } },
    ]);
  });

  it('is JSON for a client that does not accept a stream, and for one that has nothing to hear', async () => {
    expect((await gateway.call('report')).json.result.content[0].text).toBe('done');
    const silent = await McpStream.open(gateway, call('report', modernMeta()));
    expect(silent.response.headers.get('content-type')).toBe('application/json');
    expect(await silent.response.json()).toMatchObject({ result: { resultType: 'complete' } });
  });

  it('carries to a modern client the log messages of the level it asked for', async () => {
    const stream = await McpStream.open(gateway, call('report', modernMeta({ 'io.modelcontextprotocol/logLevel': 'debug' })));
    expect((await stream.rest()).map(({ params }) => params?.level)).toEqual(['debug', 'warning', undefined]);
  });
});

it(`${IDLE} idle and ${ACTIVE} active streams stay within bounds, end as one closes them, and others are served meanwhile`, async () => {
  const before = residentBytes();
  const params = { notifications: { toolsListChanged: true }, _meta: modernMeta() };
  const open = (count: number, body: Parameters<typeof McpStream.open>[1]) =>
    Promise.all(Array.from({ length: count }, () => McpStream.open(gateway, body)));
  const idle = await open(IDLE, { method: 'subscriptions/listen', params });
  const active = await open(ACTIVE, call('go_on', { progressToken: 1 }));
  for (const stream of idle) expect((await stream.next()).method).toBe('notifications/subscriptions/acknowledged');
  for (const stream of active) expect((await stream.next()).method).toBe('notifications/progress');
  await eventually(async () => expect(await openStreams()).toBe(IDLE + ACTIVE)); // an earlier one may be closing
  const growth = residentBytes() - before;
  process.stderr.write(`${IDLE} idle and ${ACTIVE} active streams: ${Math.round(growth / 1024 / 1024)} MiB more\n`);
  expect(growth).toBeLessThan(GROWTH_MAX_BYTES);
  expect((await gateway.call('report')).status).toBe(200);
  for (const stream of [...idle, ...active]) stream.close();
  await eventually(async () => expect(await openStreams()).toBe(0), 30_000);
  // A tool may finish for a second after its caller has gone; then it is told to stop.
  await eventually(async () => expect(Number(await textOf('aborted'))).toBe(ACTIVE), 30_000);
}, 120_000);

describe('an open stream', () => {
  it('cancels the call when the client closes it', async () => {
    const before = Number(await textOf('aborted'));
    const stream = await McpStream.open(gateway, call('go_on', { progressToken: 1 }));
    await stream.next();
    stream.close();
    await eventually(async () => expect(Number(await textOf('aborted'))).toBe(before + 1));
  });

  it('ends when its key is revoked, and the call with it', async () => {
    const before = Number(await textOf('aborted'));
    const { key_id, api_key: key } = await newKey('short-lived');
    const stream = await McpStream.open(gateway, call('go_on', { progressToken: 1 }), { authorization: `Bearer ${key}` });
    await stream.next();
    expect((await gateway.rest('POST', '/api/mcp-keys/revoke', { key_id })).status).toBe(200);
    await stream.rest();
    await eventually(async () => expect(Number(await textOf('aborted'))).toBe(before + 1));
  });

  it('gets a comment while nothing happens', async () => {
    const params = { notifications: { toolsListChanged: true }, _meta: modernMeta() };
    const stream = await McpStream.open(gateway, { method: 'subscriptions/listen', params });
    const reader = stream.response.body!.getReader();
    let received = '';
    while (!received.endsWith(':\n\n')) received += Buffer.from((await reader.read()).value!).toString();
    stream.close();
  });

  it('is cut off when the client does not read, and what waits for it stays bounded', async () => {
    const before = Number(await textOf('aborted'));
    const resident = residentBytes();
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...call('flood') });
    const { hostname, port } = new URL(gateway.mcpUrl);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    socket.pause();
    socket.write(
      `POST /messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${gateway.apiKey}\r\nAccept: text/event-stream\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await eventually(async () => expect(Number(await textOf('aborted'))).toBe(before + 1), 30_000);
    expect(residentBytes() - resident).toBeLessThan(200 * 1024 * 1024);
    socket.destroy();
  }, 40_000);
});

const residentBytes = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8'))![1]) * 1024;

async function openStreams(): Promise<number> {
  const metrics = await (await fetch(`${gateway.restUrl}/metrics`)).text();
  return Number(/^tallygate_mcp_streams_open (\d+)/m.exec(metrics)![1]);
}
