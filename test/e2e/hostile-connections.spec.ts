import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { openRaw, rawPost, residentMib, sendRaw, untilClosed } from '../support/clients/raw-http.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Clients that speak HTTP badly, slowly, or too much of it; on both ports. */
const CONNECTIONS_MAX = 150;
const SURPLUS = 50;

let gateway: GatewayProcess;
beforeAll(async () => {
  const config = join(temporaryFolder('hostile'), 'gateway.yaml');
  writeFileSync(
    config,
    `listeners: { connections_max: ${CONNECTIONS_MAX}, headers_timeout_seconds: 4, request_timeout_seconds: 4, upload_timeout_seconds: 6 }\n`,
  );
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
}, 60_000);
afterAll(() => gateway.destroy());

const PORTS = ['REST', 'MCP'] as const;
type Port = (typeof PORTS)[number];
/** An endpoint that takes a body from a stranger. */
const endpoint = (port: Port) => (port === 'MCP' ? gateway.mcpUrl : `${gateway.restUrl}/api/auth/login`);
const ping = () => gateway.mcp('ping', {}, null);

async function isWell(): Promise<void> {
  expect((await ping()).status).toBe(200);
  expect((await gateway.rest('GET', '/readyz', undefined, null)).status).toBe(200);
  expect(gateway.output.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
}

/** Connections closed unanswered so far, as the metrics say. */
async function dropped(port: Port): Promise<number> {
  const { text } = await gateway.rest('GET', '/metrics', undefined, null);
  const series = `tallygate_connections_dropped_total{port="${new URL(endpoint(port)).port}"}`;
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(series))!
      .split(' ')[1],
  );
}

/** A request that says more than is sent. */
const unfinished = (port: Port, lines = 'Content-Length: 100\r\n', body = '') =>
  `POST ${new URL(endpoint(port)).pathname} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${lines}\r\n${body}`;

/** Without a valid one port 8001 reads little. */
const KEY = () => `X-API-Key: ${gateway.apiKey}\r\n`;

describe.each(PORTS)('on the port of %s', (port) => {
  it('one connection more than allowed is closed unanswered; the others are served, and silent ones end', async () => {
    const silent = Array.from({ length: CONNECTIONS_MAX + SURPLUS }, () => untilClosed(openRaw(endpoint(port))));
    const answers = await Promise.all(silent);
    const refused = answers.filter(({ text }) => text === '').length;
    expect(refused).toBeGreaterThanOrEqual(SURPLUS);
    expect(answers.filter(({ status }) => status === 408).length).toBe(answers.length - refused);
    await isWell();
    expect(await dropped(port)).toBeGreaterThanOrEqual(SURPLUS);
    expect(gateway.log).toContain(`${CONNECTIONS_MAX} connections are open (listeners.connections_max)`);
  }, 40_000);

  it('who sends too slowly is cut off, and others are served meanwhile', async () => {
    const slow = SLOW.map(([start, drop]) => drip(port, start, drop));
    await isWell();
    const statuses = (await Promise.all(slow)).map(({ status }) => status);
    // A body that an answer did not wait for is closed after that answer: 401, 404, and 415 for a file without a type.
    for (const status of statuses) expect([408, 401, 404, 415]).toContain(status);
    expect(statuses.slice(0, 3)).toEqual([408, 408, 408]);
    await isWell();
  }, 40_000);

  it('a socket closed in one direction in the middle of a request is closed', async () => {
    for (const start of [
      unfinished(port, undefined, '{"half'),
      'POST / HT',
      unfinished(port, 'Transfer-Encoding: chunked\r\n'),
    ]) {
      const socket = openRaw(endpoint(port));
      socket.end(start);
      expect([0, 400]).toContain((await untilClosed(socket)).status);
    }
    await isWell();
  });

  it.each<[string, (port: Port) => string, number[]]>([
    ['no HTTP', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', [400]],
    ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
    ['headers over 16 KiB', () => `GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(40_000)}\r\n\r\n`, [431]],
    ['thousands of headers', () => `GET /livez HTTP/1.1\r\nHost: x\r\n${'X-A: a\r\n'.repeat(5_000)}\r\n`, [431]],
    [
      'a length and chunks at once',
      (p) => unfinished(p, 'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nG'),
      [400],
    ],
    [
      'chunks and a length at once',
      (p) => unfinished(p, 'Transfer-Encoding: chunked\r\nContent-Length: 6\r\n', '0\r\n\r\nG'),
      [400],
    ],
    ['two lengths', (p) => unfinished(p, 'Content-Length: 2\r\nContent-Length: 3\r\n', '{}x'), [400]],
    [
      'chunked twice over',
      (p) => unfinished(p, 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'),
      [400],
    ],
    ['a header folded over lines', (p) => unfinished(p, 'X-A: a\r\n Content-Length: 2\r\n'), [400]],
    ['lines without carriage returns', () => 'GET /livez HTTP/1.1\nHost: x\n\n', [400]],
    ['garbage for a chunk', (p) => unfinished(p, 'Transfer-Encoding: chunked\r\n', 'ZZZ\r\n'), [400]],
    [
      'a chunk of a wrong size',
      (p) => unfinished(p, 'Transfer-Encoding: chunked\r\n', '1\r\n{"too":"long"}\r\n0\r\n\r\n'),
      [400],
    ],
    ['a negative length', (p) => unfinished(p, 'Content-Length: -1\r\n'), [400]],
    ['a length beyond numbers', (p) => unfinished(p, 'Content-Length: 99999999999999999999\r\n'), [400]],
    ['a length of petabytes', (p) => unfinished(p, `${KEY()}Content-Length: 9007199254740991\r\n`, 'x'), [413, 0]],
    ['no host', () => 'GET /livez HTTP/1.1\r\n\r\n', [400]],
    ['a tunnel', () => 'CONNECT example.com:80 HTTP/1.1\r\nHost: x\r\n\r\n', [0]],
  ])(
    '%s is refused and the connection closed',
    async (_, bytes, statuses) => {
      expect(statuses).toContain((await sendRaw(endpoint(port), bytes(port))).status);
      await isWell();
    },
    30_000,
  );

  it('a request hidden in the body of another is not answered', async () => {
    const hidden = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    const { text } = await sendRaw(endpoint(port), rawPost(endpoint(port), hidden));
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
  });

  it('requests sent without waiting for answers are answered in their order', async () => {
    const one = `GET /none/N HTTP/1.1\r\nHost: x\r\n`;
    const many = Array.from({ length: 100 }, (_, n) => `${one.replace('N', String(n))}\r\n`).join('');
    const { text } = await sendRaw(endpoint(port), `${many}${one}Connection: close\r\n\r\n`);
    expect(text.match(/HTTP\/1\.1 404/g)).toHaveLength(101);
    if (port === 'REST') expect([...text.matchAll(/none\/(\d+)"/g)].map(([, n]) => Number(n))).toEqual([...Array(100).keys()]);
  });
});

/** Starts of requests, and what is added to them ten times a second. */
const SLOW: [start: (port: Port) => string, drop: string][] = [
  [() => 'POST / HTTP/1.1\r\nHost: x\r\n', 'X-A: a\r\n'],
  [(port) => unfinished(port), ' '],
  [(port) => unfinished(port, 'Transfer-Encoding: chunked\r\n'), '1\r\n \r\n'],
  [() => 'POST /api/admin/datasets/daily_bars/import HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n', 'x'],
];

function drip(port: Port, start: (port: Port) => string, drop: string) {
  const socket = openRaw(endpoint(port));
  socket.write(start(port));
  const dripping = setInterval(() => socket.write(drop), 100);
  return untilClosed(socket).finally(() => clearInterval(dripping));
}

const DEEP = 100_000;
const BOMBS: [string, string][] = [
  ['deep arrays', '['.repeat(DEEP) + ']'.repeat(DEEP)],
  ['deep objects', '{"a":'.repeat(DEEP) + '1' + '}'.repeat(DEEP)],
  ['deep and unclosed', '[{"a":'.repeat(DEEP)],
  ['deep params', inParams('['.repeat(DEEP) + ']'.repeat(DEEP))],
  ['a huge array', inParams(`[${'0,'.repeat(400_000)}0]`)],
  ['many keys', inParams(`{${Array.from({ length: 60_000 }, (_, n) => `"k${n}":${n}`).join(',')}}`)],
  ['a huge string', inParams(`"${'x'.repeat(900_000)}"`)],
  ['keys of the prototype', inParams('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}')],
  ['a prototype as body', '{"__proto__":{"email":"a@b.c","jsonrpc":"2.0"},"hasOwnProperty":1,"toString":null}'],
  ['duplicate keys', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","id":2}'],
  ['numbers beyond numbers', inParams('1e400').replace('"id":1', '"id":-1e400')],
  ['lone surrogates', inParams('"\\ud800 \\udc00\\ud800"')],
  ['null characters', inParams('"\\u0000"').replace('tools/call', 'tools\\u0000/call')],
  ['a byte order mark', '\ufeff{"jsonrpc":"2.0","id":1,"method":"ping"}'],
  ['no text', Buffer.from([0xff, 0xfe, 0x00, 0x80]).toString('latin1')],
];

const ODD_HEADERS: Record<string, string>[] = [
  { 'Content-Encoding': 'gzip' },
  { 'Content-Encoding': 'br, gzip' },
  { 'Content-Type': 'application/json; charset=klingon' },
  { 'Content-Type': ';;;' },
  { 'Content-Type': 'multipart/form-data; boundary=' },
  { 'Content-Type': 'application/x-www-form-urlencoded' },
  { 'Transfer-Encoding': 'gzip, chunked', 'Content-Length': '' },
];

/** The value in every place that looks at values. */
function inParams(value: string): string {
  return `{"jsonrpc":"2.0","id":1,"method":"tools/call","email":${value},"password":${value},"params":{"name":${value},"arguments":${value},"_meta":${value}}}`;
}

describe.each(PORTS)('JSON bombs on the port of %s', (port) => {
  const headers = () => ({ 'X-API-Key': gateway.apiKey });

  it.each(BOMBS)('%s: a refusal, never a failure', async (_, bomb) => {
    const { status } = await sendRaw(endpoint(port), rawPost(endpoint(port), bomb, headers()));
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
    await isWell();
  });

  it('compressed, mislabelled and unnamed bodies: a refusal, never a failure', async () => {
    for (const odd of ODD_HEADERS) {
      const request = rawPost(endpoint(port), '{"a":1}', { ...headers(), ...odd }).replace('Content-Length: \r\n', '');
      const { status } = await sendRaw(endpoint(port), request);
      expect([odd, status]).toEqual([odd, expect.any(Number)]);
      expect(status).toBeLessThan(500);
    }
    await isWell();
  });

  it('a gzip bomb is read no further than a plain body would be', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    const coded = { 'Content-Encoding': 'gzip', 'Content-Length': String(bomb.length) };
    const send = async (more: Record<string, string>) =>
      (await sendRaw(endpoint(port), Buffer.concat([Buffer.from(rawPost(endpoint(port), '', { ...coded, ...more })), bomb])))
        .status;
    expect(await send(headers())).toBe(413);
    // Without a key port 8001 asks for one as soon as more than 64 KiB have come of it.
    expect(await send({})).toBe(port === 'MCP' ? 401 : 413);
    await isWell();
  });

  it('a body in pieces of one byte takes no more than they do', async () => {
    const [pieces, atOnce] = [500_000, 10_000];
    const before = residentMib(gateway.child.pid!);
    const socket = openRaw(endpoint(port));
    const closed = untilClosed(socket, 60_000);
    socket.write(unfinished(port, `${KEY()}Connection: close\r\nTransfer-Encoding: chunked\r\n`));
    let most = before;
    for (let sent = 0; sent < pieces; sent += atOnce) {
      await new Promise((resolve) => socket.write('1\r\n \r\n'.repeat(atOnce), resolve));
      if (sent % 100_000 === 0) most = Math.max(most, residentMib(gateway.child.pid!));
    }
    most = Math.max(most, residentMib(gateway.child.pid!));
    socket.write('0\r\n\r\n');
    // Where it takes longer than requests may, it is cut off.
    expect([400, 408, 0]).toContain((await closed).status);
    // Kept one by one they would take some 200.
    expect(most - before).toBeLessThan(100);
  }, 90_000);

  it('leave no memory behind', async () => {
    const round = () => Promise.all(BOMBS.map(([, bomb]) => sendRaw(endpoint(port), rawPost(endpoint(port), bomb, headers()))));
    const growth = async () => {
      const before = residentMib(gateway.child.pid!);
      for (let n = 0; n < 5; n += 1) await round();
      return residentMib(gateway.child.pid!) - before;
    };
    // The heap grows with the first rounds, and the collector may be late; what is left behind grows with all of them.
    const growths = [await growth()];
    while (growths.at(-1)! > 50 && growths.length < 5) growths.push(await growth());
    expect(growths.at(-1)).toBeLessThanOrEqual(50);
  }, 120_000);
});
