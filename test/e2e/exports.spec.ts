import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { engineUrl, readAddress } from '../../src/clickhouse/engine/engine-address.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

jest.setTimeout(180_000);

const LONG = 250_000;
const SHORT = 50_000;
/** What the gateway may hold: the longest file has more than half as much again. */
const HEAP_MAX_MIB = 160;
/** What a reader that waits may add to its memory. */
const GROWTH_MAX_MIB = 150;

describe('A long file', () => {
  let gateway: GatewayProcess;
  let token: string;
  const others: string[] = [];
  beforeAll(async () => {
    gateway = await GatewayProcess.start({ env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MAX_MIB}` } });
    token = await gateway.token();
    await makeCalls(await idOf(token), LONG);
    for (const name of ['ann', 'ben', 'cid', 'dee']) {
      const user = { email: `${name}@example.com`, password: 'correct horse battery' };
      await gateway.rest('POST', '/auth/users', { ...user, username: name });
      others.push((await gateway.rest('POST', '/api/auth/login', user, null)).json.access_token as string);
      await makeCalls(await idOf(others.at(-1)!), SHORT);
    }
  });
  afterAll(() => gateway.destroy());

  const idOf = async (of: string) => (await gateway.rest('GET', '/api/auth/me', undefined, of)).json.id as string;

  async function makeCalls(userId: string, count: number): Promise<void> {
    const { origin, username, password } = new URL(engineUrl(readAddress(gateway.dataDir)!));
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const sql = `INSERT INTO mcp_tool_usage_log (id, user_id, tool_name, arguments, created_at)
      SELECT generateUUIDv4(), '${userId}', 'greet', repeat('x', 1000), toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number
      FROM numbers(${count})`;
    const answer = await fetch(origin, { method: 'POST', headers: { authorization }, body: sql });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  }

  /** An answer of which nothing is read yet. */
  async function open(of = token, format = 'csv'): Promise<IncomingMessage> {
    const url = `${gateway.restUrl}/api/mcp-usage/history?format=${format}`;
    const request = get(url, { headers: { authorization: `Bearer ${of}` } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => {}); // said by the response as well
    return response;
  }

  const memoryMiB = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8'))![1]) / 1_024;

  it('comes whole, from a gateway that could not hold it', async () => {
    let [lines, bytes] = [0, 0];
    for await (const chunk of (await open()) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
    }
    expect(lines).toBe(LONG + 1);
    expect(bytes / 1_048_576).toBeGreaterThan(1.5 * HEAP_MAX_MIB);
  });

  it('waits for a reader that takes its time, holding no more', async () => {
    const response = await open(token, 'ndjson');
    const [first] = (await once(response, 'data')) as [Buffer];
    response.pause();
    expect(first.toString()).toMatch(/^\{"id":"/);
    const paused = memoryMiB();
    for (let n = 0; n < 20; n += 1) await gateway.call('greet', { name: 'Ada' }); // others are served meanwhile
    expect(memoryMiB() - paused).toBeLessThan(GROWTH_MAX_MIB);
    response.destroy();
  });

  it('is one of two of its user, until its reader leaves', async () => {
    const [leaving, staying] = [await open(), await open()];
    const refused = await gateway.rest('GET', '/api/mcp-usage/history?format=csv');
    expect([refused.status, refused.json]).toEqual([
      429,
      expect.objectContaining({
        error_code: 'RATE_LIMITED',
        detail: '2 exports of yours are on their way. Wait until one has ended.',
      }),
    ]);
    expect(refused.headers.get('retry-after')).toBe('10');
    await gateway.rest('GET', '/api/mcp-usage/history'); // a page is no file
    leaving.destroy();
    const next = await eventually(async () => {
      const response = await open();
      if (response.statusCode !== 200) throw new Error(String(response.resume().statusCode));
      return response;
    });
    for (const response of [staying, next]) response.destroy();
  });

  it('is one of six that users have, beside which there is room for two of an admin', async () => {
    const three = others.slice(0, 3);
    const six = await eventually(async () => {
      const responses = await Promise.all([...three, ...three].map((of) => open(of)));
      if (responses.every(({ statusCode }) => statusCode === 200)) return responses;
      for (const response of responses) response.destroy();
      throw new Error('the files of before are still on their way');
    });
    const path = '/api/mcp-usage/history?format=csv';
    const refused = await gateway.rest('GET', path, undefined, others[3]);
    expect([refused.status, refused.json.error_code]).toEqual([503, 'OVERLOADED']);
    const ofAdmin = [await open(), await open()];
    expect(ofAdmin.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    for (const response of [...six, ...ofAdmin]) response.destroy();
  });

  it('that cannot be finished is cut off, which a reader sees, also one of HTTP/1.0', async () => {
    const modern = await eventually(async () => {
      const response = await open();
      if (response.statusCode !== 200) throw new Error(String(response.resume().statusCode));
      return response;
    });
    const { hostname, port } = new URL(gateway.restUrl);
    const old = connect(Number(port), hostname);
    old.write(`GET /api/mcp-usage/history?format=csv HTTP/1.0\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    expect(((await once(old, 'data')) as [Buffer])[0].toString()).toMatch(/^HTTP\/1\.1 200 /);
    old.pause();
    process.kill(readAddress(gateway.dataDir)!.pid, 'SIGKILL');
    const ends = [modern, old].map(
      (stream) => new Promise((resolve) => stream.once('end', () => resolve('whole')).once('error', resolve)),
    );
    modern.resume();
    old.resume();
    expect(await Promise.all(ends)).toEqual([
      expect.objectContaining({ code: 'ECONNRESET' }),
      expect.objectContaining({ code: 'ECONNRESET' }),
    ]);
    expect(gateway.log).toMatch(/The export tallygate-usage-[\d-]+\.csv broke off: /);
  });
});
