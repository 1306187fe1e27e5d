import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { runs } from '../support/clients/hostile-values.js';
import { mcpRequests, type KnownTool, type McpRequest } from '../support/clients/mcp-messages.js';
import { openRaw, rawPost, residentMib, untilClosed } from '../support/clients/raw-http.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Every MCP method of both eras, with everything JSON and HTTP can say. */
const HANG_MS = 40_000;
const STATUSES = [200, 202, 400, 401, 403, 404, 405, 406, 409, 413, 415, 429];

let gateway: GatewayProcess;
beforeAll(async () => {
  const config = join(temporaryFolder('hostile'), 'gateway.yaml');
  writeFileSync(config, 'limits: { user_per_hour: 1000000, api_key_per_hour: 1000000, failures_per_address: 1000000 }\n');
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
}, 60_000);
afterAll(() => gateway.destroy());

/** Sends it and checks what every answer must be. A stream is well formed by having begun; closing it ends the call. */
async function attempt({ body, headers }: McpRequest, key: string | null): Promise<void> {
  const auth: Record<string, string> = key === null ? {} : { 'x-api-key': key };
  const signal = AbortSignal.timeout(HANG_MS);
  const response = await fetch(gateway.mcpUrl, { method: 'POST', headers: { ...headers, ...auth }, body, signal });
  expect(STATUSES).toContain(response.status);
  if (response.headers.get('content-type')?.includes('event-stream')) return void (await response.body!.cancel());
  const text = await response.text();
  if (response.status === 202) return expect(text).toBe('');
  const answer = JSON.parse(text) as unknown;
  for (const one of [answer].flat()) expectWellFormed(one, body);
}

function expectWellFormed(answer: unknown, body: string): void {
  const { jsonrpc, id, result, error } = answer as Record<string, unknown>;
  expect(jsonrpc).toBe('2.0');
  expect([result !== undefined, error !== undefined].sort()).toEqual([false, true]);
  if (error !== undefined)
    expect(error).toEqual(expect.objectContaining({ code: expect.any(Number), message: expect.any(String) }));
  expect(JSON.stringify(error ?? '')).not.toMatch(/Internal error|node_modules|\.js:\d+/);
  // The id is the request's own, or null where it had none that could be read.
  if (id !== null) expect(body).toContain(`"id":${JSON.stringify(id)}`);
}

async function everyMethod(times: number, key: string | null): Promise<void> {
  const { json } = await gateway.mcp('tools/list');
  for (const [name, requests] of mcpRequests(json.result.tools as KnownTool[])) {
    const property = fc.asyncProperty(requests, (request) => attempt(request, key));
    await fc.assert(property, runs(times)).catch((error: Error) => {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    });
  }
}

it('every method answers well, whatever it is given', () => everyMethod(6, gateway.apiKey), 600_000);

it('and to strangers', () => everyMethod(2, null), 300_000);

it('and leaves no memory behind', async () => {
  const before = residentMib(gateway.child.pid!);
  await everyMethod(3, gateway.apiKey);
  // What the first rounds loaded and cached is there already; the collector may be late.
  expect(residentMib(gateway.child.pid!) - before).toBeLessThan(100);
}, 600_000);

describe('bodies without end', () => {
  const BODIES = 300;
  const PIECE = Buffer.alloc(65_536, ' ');
  const rest = () => `${gateway.restUrl}/api/auth/login`;
  const announced = (length: number) => (url: string, headers: string) =>
    `POST ${new URL(url).pathname} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}Content-Length: ${length}\r\n\r\n`;
  const inChunks = (url: string, headers: string) =>
    announced(0)(url, headers).replace('Content-Length: 0', 'Transfer-Encoding: chunked');
  const held = async () =>
    Number(/^tallygate_request_bodies_bytes (\d+)$/m.exec((await gateway.rest('GET', '/metrics', undefined, null)).text)![1]);

  /** Sends a piece at a time, all but the last byte, until it is answered; then holds the line. */
  async function send(url: string, begin: typeof inChunks, bytes: number, headers: string) {
    const socket = openRaw(url);
    const answer = untilClosed(socket, 90_000);
    let isAnswered = false;
    socket.once('data', () => (isAnswered = true));
    socket.write(begin(url, headers));
    const isChunked = begin === inChunks;
    for (let sent = 0; sent + PIECE.length < bytes && !isAnswered && !socket.destroyed; sent += PIECE.length) {
      if (isChunked) socket.write(`${PIECE.length.toString(16)}\r\n`);
      await new Promise((resolve) => socket.write(PIECE, resolve));
      if (isChunked) socket.write('\r\n');
      await setImmediate(); // for the answer to come in
    }
    return { socket, answer };
  }

  /** Most memory more than before while all send, and the longest wait for `/livez`. */
  async function flood(url: string, begin: typeof inChunks, bytes: number, headers = '') {
    const before = residentMib(gateway.child.pid!);
    let [most, slowest, isOver] = [before, 0, false];
    const sending = Promise.all(Array.from({ length: BODIES }, () => send(url, begin, bytes, headers))).finally(
      () => (isOver = true),
    );
    while (!isOver) {
      const asked = performance.now();
      expect((await fetch(`${gateway.restUrl}/livez`)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - asked);
      most = Math.max(most, residentMib(gateway.child.pid!));
    }
    const bodies = await sending;
    return { grown: most - before, slowest, bodies };
  }

  async function statusesOf(bodies: Awaited<ReturnType<typeof send>>[]): Promise<Record<number, number>> {
    for (const { socket } of bodies) socket.end();
    const counts: Record<number, number> = {};
    for (const { status } of await Promise.all(bodies.map(({ answer }) => answer))) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  const FOUR_MIB = 4 * 1_048_576;
  it.each([
    ['announced', announced(FOUR_MIB)],
    ['in chunks', inChunks],
  ])(
    'of 300 senders without a key are not read: %s',
    async (_, begin) => {
      const { grown, slowest, bodies } = await flood(gateway.mcpUrl, begin, FOUR_MIB);
      expect(grown).toBeLessThan(120);
      expect(slowest).toBeLessThan(5_000);
      expect(await statusesOf(bodies)).toEqual({ 401: BODIES });
      await eventually(async () => expect(await held()).toBe(0));
    },
    120_000,
  );

  it('of one user take a quarter of the budget; the rest is 503, and other callers are served', async () => {
    const { bodies } = await flood(gateway.mcpUrl, inChunks, FOUR_MIB, `X-API-Key: ${gateway.apiKey}\r\n`);
    expect(await held()).toBeLessThanOrEqual(64 * 1_048_576);
    expect((await gateway.call('greet', { name: 'you' })).status).toBe(200);
    const counts = await statusesOf(bodies);
    expect(counts[503]).toBeGreaterThan(200);
    await eventually(async () => expect(await held()).toBe(0));
  }, 120_000);

  it('on REST take half of the budget; the rest is 503, and calls with a key go on', async () => {
    const { grown, bodies } = await flood(rest(), inChunks, 1_048_576);
    expect(grown).toBeLessThan(300);
    expect(await held()).toBeLessThanOrEqual(128 * 1_048_576);
    expect((await gateway.call('greet', { name: 'you' })).status).toBe(200);
    const counts = await statusesOf(bodies);
    expect(counts[503]).toBeGreaterThan(100);
    await eventually(async () => expect(await held()).toBe(0));
  }, 120_000);

  it('a body is held until its answer, and given back when it is over', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        gateway.mcpRaw(`{"jsonrpc":"2.0","id":1,"method":"ping"}${' '.repeat(1_000_000)}`, { 'x-api-key': gateway.apiKey }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const broken = openRaw(gateway.mcpUrl);
    broken.write(rawPost(gateway.mcpUrl, ' '.repeat(60_000)).slice(0, 30_000));
    await eventually(async () => expect(await held()).toBeGreaterThan(20_000));
    broken.destroy();
    await eventually(async () => expect(await held()).toBe(0));
  });
});

it('the gateway has nothing to report', async () => {
  expect((await gateway.mcp('tools/list')).status).toBe(200);
  expect(gateway.output.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
