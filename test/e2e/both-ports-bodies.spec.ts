import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { openRaw, rawPost, residentMib, sendRaw, untilClosed } from '../support/clients/raw-http.js';
import { endpoints } from '../support/docs/openapi-walk.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

/** What a request may carry: both ports decide it alike. */
let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
}, 60_000);
afterAll(() => gateway.destroy());

type Headers = Record<string, string>;
const PORTS = [
  { name: 'REST', url: () => `${gateway.restUrl}/tools/call`, bodyMaxBytes: 1_048_576 },
  { name: 'MCP', url: () => gateway.mcpUrl, bodyMaxBytes: 4 * 1_048_576 },
  { name: 'MCP beside REST', url: () => `${gateway.restUrl}/mcp`, bodyMaxBytes: 4 * 1_048_576 },
];
const isMcp = (name: string) => name.startsWith('MCP');
const JSON_BODY = { 'content-type': 'application/json' };
const HUGE = 'Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n';
const bearer = (credential: string): Headers => ({ authorization: `Bearer ${credential}` });

describe.each(PORTS)('a body of $name', ({ name, url, bodyMaxBytes }) => {
  it('that is larger than the limit is refused with 413, one of its size is not', async () => {
    const send = (bytes: number) =>
      fetch(url(), {
        method: 'POST',
        headers: { ...bearer(gateway.apiKey), ...JSON_BODY },
        body: ' '.repeat(bytes - 2) + '{}',
      });
    expect((await send(bodyMaxBytes)).status).not.toBe(413);
    expect((await send(bodyMaxBytes + 1)).status).toBe(413);
  });

  it.each<[string, Headers]>([
    ['of no type', { 'content-type': '' }],
    ['of text', { 'content-type': 'text/plain' }],
    ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['of parts', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['of another JSON', { 'content-type': 'application/vnd.api+json' }],
    ['in UTF-16', { 'content-type': 'application/json; charset=utf-16le' }],
    ['that is compressed with something else', { 'content-encoding': 'br' }],
  ])('%s is refused with 415, whoever sends it', async (_, headers) => {
    for (const credential of [bearer(gateway.apiKey), bearer('wrong'), {}]) {
      const answer = await fetch(url(), { method: 'POST', headers: { ...JSON_BODY, ...credential, ...headers }, body: '{}' });
      expect(answer.status).toBe(415);
    }
  });

  it('of JSON is taken in any spelling, with a byte order mark too, and not when it is no UTF-8', async () => {
    const send = async (body: RequestInit['body'], type = 'application/json') => {
      const headers = { ...bearer(gateway.apiKey), 'content-type': type };
      return (await fetch(url(), { method: 'POST', headers, body })).status;
    };
    const call = isMcp(name) ? { jsonrpc: '2.0', id: 1, method: 'ping' } : { server_id: 'examples', tool_name: 'timestamp' };
    const json = JSON.stringify(call);
    for (const type of ['Application/JSON', 'application/json;charset=utf-8', 'application/json; charset="UTF-8"'])
      expect([type, await send(json, type)]).toEqual([type, 200]);
    expect(await send(`\ufeff${json}`)).toBe(200);
    expect(await send(Buffer.from(json.replace('}', ',"x":"\xff"}'), 'latin1'))).toBe(400);
  });

  describe('that is gzip', () => {
    const call = isMcp(name)
      ? { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet', arguments: { name: 'Zip' } } }
      : { server_id: 'examples', tool_name: 'greet', arguments: { name: 'Zip' } };
    const send = async (bytes: Buffer, encoding = 'gzip', credential: Headers = bearer(gateway.apiKey), isAnnounced = true) => {
      const headers = { ...credential, ...JSON_BODY, 'content-encoding': encoding };
      const body = isAnnounced ? new Uint8Array(bytes) : new Blob([new Uint8Array(bytes)]).stream();
      const answer = await fetch(url(), { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
      return { status: answer.status, text: await answer.text() };
    };
    const packed = gzipSync(JSON.stringify(call));

    it('is read like any other, in pieces and of several members too', async () => {
      for (const encoding of ['gzip', 'GZIP', 'x-gzip'])
        expect(await send(packed, encoding)).toMatchObject({ status: 200, text: expect.stringContaining('Hello, Zip!') });
      const [start, end] = [JSON.stringify(call).slice(0, 20), JSON.stringify(call).slice(20)];
      expect((await send(Buffer.concat([gzipSync(start), gzipSync(end)]))).status).toBe(200);
      const chunks = [...packed].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
      const head = `POST ${new URL(url()).pathname} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n`;
      const rest = `X-API-Key: ${gateway.apiKey}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks}0\r\n\r\n`;
      expect((await sendRaw(url(), Buffer.from(head + rest, 'latin1'))).text).toContain('Hello, Zip!');
    });

    it('and becomes more than a body may be is refused, and so is one that arrives as more and becomes nothing', async () => {
      const fits = gzipSync(JSON.stringify(call).padEnd(bodyMaxBytes));
      expect((await send(fits)).status).toBe(200);
      expect((await send(gzipSync(Buffer.alloc(bodyMaxBytes + 1, ' ')))).status).toBe(413);
      const nothing = Buffer.alloc(bodyMaxBytes + 100, gzipSync(''));
      expect((await send(nothing, 'gzip', bearer(gateway.apiKey), false)).status).toBe(413);
    });

    it('and none, or cut off, or packed another way, is refused with 415', async () => {
      for (const bytes of [Buffer.from('{}'), packed.subarray(0, -10), deflateSync('{}')])
        expect((await send(bytes)).status).toBe(415);
      for (const [encoding, bytes] of [
        ['br', brotliCompressSync('{}')],
        ['deflate', deflateSync('{}')],
        ['gzip, gzip', gzipSync(gzipSync('{}'))],
      ] as const)
        expect(await send(bytes, encoding)).toMatchObject({
          status: 415,
          text: expect.stringContaining('Content-Encoding: gzip'),
        });
    });

    it('and a bomb costs no memory, whoever sends it and however many at once', async () => {
      const bomb = gzipSync(Buffer.alloc(256 * 1_048_576), { level: 9 });
      const before = residentMib(gateway.child.pid!);
      for (const credential of [bearer(gateway.apiKey), {}]) {
        const answers = await Promise.all(Array.from({ length: 40 }, () => send(bomb, 'gzip', credential)));
        for (const { status } of answers) expect([413, 401, 503]).toContain(status);
      }
      expect(residentMib(gateway.child.pid!) - before).toBeLessThan(250);
      expect((await send(packed)).status).toBe(200);
    }, 60_000);
  });

  it('that is too large is told of in the same words, announced or not', async () => {
    const words = `The request body is larger than ${bodyMaxBytes / 1_048_576} MiB.`;
    const body = ' '.repeat(bodyMaxBytes + 1);
    for (const sent of [body, new Blob([body]).stream()]) {
      const request = { method: 'POST', headers: { ...bearer(gateway.apiKey), ...JSON_BODY }, body: sent, duplex: 'half' };
      const answer = await fetch(url(), request as RequestInit);
      expect([answer.status, await answer.text()]).toEqual([413, expect.stringContaining(words)]);
    }
  });

  it('that nests deeper than 64 levels is refused as a wrong argument, one of 64 is not', async () => {
    const envelope = isMcp(name) ? '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":#}}' : '{"arguments":{"a":#}}';
    const send = async (levels: number) => {
      const body = envelope.replace('#', '['.repeat(levels) + ']'.repeat(levels));
      const answer = await fetch(url(), { method: 'POST', headers: { ...bearer(gateway.apiKey), ...JSON_BODY }, body });
      return `${answer.status} ${await answer.text()}`;
    };
    for (const levels of [63, 20_000]) expect(await send(levels)).toMatch(/^(400|200 .*-32602).*nested deeper than 64 levels/);
    expect(await send(62)).not.toContain('nested');
  });

  it('that is refused while it is being sent: its sender gets the answer, also one who reads it last', async () => {
    const socket = openRaw(url());
    socket.pause();
    socket.write(rawPost(url(), ' '.repeat(5 * bodyMaxBytes), bearer(gateway.apiKey)));
    await once(socket, 'drain');
    const { status, text } = await untilClosed(socket.resume());
    expect(status).toBe(413);
    expect(JSON.parse(text.slice(text.indexOf('{')))).toBeDefined();
  });

  it('that is refused and never comes to its end: the connection is closed soon after the answer', async () => {
    // Soon: before the 60 s that a request may take.
    const { status } = await sendRaw(
      url(),
      `POST ${new URL(url()).pathname} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${gateway.apiKey}\r\n${HUGE}`,
    );
    expect(status).toBe(413);
  });
});

describe('every endpoint of REST that takes a body', () => {
  const OTHERS = ['', 'text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/json; charset=latin1'];
  const table = endpoints().flatMap(({ method, path, body }) =>
    body ? [[`${method} ${path}`, method, path, body.type] as const] : [],
  );

  it.each(table)('%s takes what the API document says, and nothing else', async (_, method, path, type) => {
    const send = async (sent: Headers) => {
      const headers = { ...bearer(await gateway.token()), ...sent };
      const url = gateway.restUrl + path.replaceAll(/\{\w+\}/g, '1');
      return (await fetch(url, { method, headers, body: '?' })).status;
    };
    expect(await send({ 'content-type': type })).not.toBe(415);
    for (const other of OTHERS) expect([other, await send({ 'content-type': other })]).toEqual([other, 415]);
    for (const coding of ['gzip', 'br']) expect(await send({ 'content-type': type, 'content-encoding': coding })).toBe(415);
  });

  it('a body of text is not taken for none: no key is made', async () => {
    const keys = async () => (await gateway.rest('GET', '/api/mcp-keys/list')).json.keys.length as number;
    const before = await keys();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', ''])
      await fetch(`${gateway.restUrl}/api/mcp-keys/create`, {
        method: 'POST',
        headers: { ...bearer(await gateway.token()), 'content-type': type },
        body: '{"key_name":"narrow","allowed_tools":["greet"]}',
      });
    expect(await keys()).toBe(before);
  });
});
