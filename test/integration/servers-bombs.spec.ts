import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import zlib from 'node:zlib';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { leastCpuMs, QUICK_MS } from '../support/cpu-time.js';
import { answerWith, failure, OddUpstream, SEEN, streamOf, success, type Asked } from '../support/upstreams/odd-upstream.js';
import { server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 8, health_check_interval: 60 };
const upstream = new OddUpstream();
let rig: UpstreamRig;
let answer: (asked: Asked) => unknown;

beforeAll(async () => {
  upstream.bend = (asked) =>
    asked.method === 'tools/call' || asked.request.headers['last-event-id'] ? (answer(asked), true) : false;
  await upstream.start();
  rig = new UpstreamRig({ odd: http });
  await rig.register(server('odd-1', 'odd', { url: upstream.url }));
});
afterAll(async () => {
  await rig.close();
  await upstream.stop();
});

const call = async () => (await rig.call('odd__look')).text;
const MEGABYTE = 1_048_576;
const result = (inner: string) => `{"content":[],"structuredContent":{"a":${inner}}}`;

describe('a result of megabytes costs what its characters do', () => {
  it.each([
    ['members', result(`{${Array.from({ length: 400_000 }, (_, n) => `"m${n}":${n}`).join(',')}}`)],
    ['members of its own', `{"content":[],${Array.from({ length: 200_000 }, (_, n) => `"m${n}":${n}`).join(',')}}`],
    [
      'members of its metadata',
      `{"content":[],"_meta":{${Array.from({ length: 200_000 }, (_, n) => `"m${n}":${n}`).join(',')}}}`,
    ],
    ['lists', result(`[${'[],'.repeat(2_000_000)}0]`)],
    ['lists in lists', result(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`)],
    ['backslashes', result(`"${'\\\\'.repeat(3_500_000)}"`)],
    ['quotes', result(`"${'\\"'.repeat(3_500_000)}"`)],
    ['brackets in a text', result(`"${'[{'.repeat(3_500_000)}"`)],
    ['blanks', result(`${' '.repeat(7_000_000)}1`)],
    ['digits', result('9'.repeat(7_000_000))],
    ['blocks', `{"content":[${'{"type":"text","text":"x"},'.repeat(250_000)}{"type":"text","text":"x"}]}`],
  ])('of %s', async (_, given) => {
    answer = (asked) => answerWith(asked, success(asked, given));
    const cost = await leastCpuMs(async () => expect((await rig.call('odd__look')).errorCode).toBeUndefined());
    expect(cost).toBeLessThan(QUICK_MS);
  });

  it('in an event, whatever its parts are', async () => {
    const given = result(`"${'x'.repeat(4 * MEGABYTE)}"`);
    answer = (asked) => streamOf(asked, `data: ${success(asked, given)}\n\n`.match(/[^]{1,4000}/g)!);
    expect(await leastCpuMs(async () => expect((await rig.call('odd__look')).errorCode).toBeUndefined())).toBeLessThan(QUICK_MS);
  });
});

describe('what has no end', () => {
  const zeros = Buffer.alloc(MEGABYTE, ' ');
  const bomb = (encode: (data: Buffer) => Buffer) => encode(Buffer.concat(Array.from({ length: 100 }, () => zeros)));
  it.each([
    ['gzip', bomb(zlib.gzipSync)],
    ['deflate', bomb(zlib.deflateRawSync)],
    ['br', bomb((data) => zlib.brotliCompressSync(data, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }))],
    ['gzip, gzip', bomb((data) => zlib.gzipSync(zlib.gzipSync(data)))],
  ])('is not unpacked further than an answer may be long: %s', async (coding, packed) => {
    for (const type of ['application/json', 'text/event-stream']) {
      answer = (asked) => answerWith(asked, packed, { 'content-type': type, 'content-encoding': coding });
      const before = process.memoryUsage.rss();
      expect(await call()).toContain('its answer is too large');
      expect(process.memoryUsage.rss() - before).toBeLessThan(80 * MEGABYTE);
    }
  });

  it('is a redirect that is followed a few times', async () => {
    let n = 0;
    answer = (asked) => answerWith(asked, '', { location: `/${(n += 1)}` }, 307);
    expect(await call()).toContain('HTTP 307');
    expect(n).toBeLessThan(6);
  });

  it('is a stream that always ends behind another event: it is taken up again until the call has no more time', async () => {
    let n = 0;
    answer = (asked) => streamOf(asked, [`id: ${(n += 1)}\nretry: 0\ndata:\n\n`]);
    expect(await call()).toContain('did not answer within 8 s');
    expect(n).toBeLessThan(175); // pauses of 50 ms
    const ended = n;
    expect(await call()).toContain('did not answer within 8 s');
    expect(n).toBeLessThan(2 * ended + 20);
  });

  it('is a pause that the server asks for: the caller’s time ends before', async () => {
    answer = (asked) => streamOf(asked, ['id: 1\nretry: 99999999999\ndata:\n\n']);
    const before = upstream.count('GET');
    expect(await call()).toContain('did not answer within 8 s');
    expect(upstream.count('GET') - before).toBeLessThan(2);
  });

  it('is what a server reports in small parts, and its answer is heard', async () => {
    const report = JSON.stringify({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 0, progress: 1 },
    });
    answer = (asked) => {
      const lines = Array.from({ length: 1_000 }, () => [`data: ${report}\n`, '\n']).flat();
      return streamOf(asked, [...lines, `data: ${success(asked, SEEN)}\n`, '\n']);
    };
    expect(await call()).toBe('seen');
  });
});

describe('a stream that ends before its answer', () => {
  it('is taken up again behind the last event that came whole', async () => {
    const asked: (string | undefined)[] = [];
    answer = ({ request, response }) => {
      const last = request.headers['last-event-id'] as string | undefined;
      asked.push(last);
      const { id } = upstream.last('tools/call');
      const message = success({ id } as Asked, SEEN);
      const parts =
        last === undefined
          ? ['id: a\nretry: 60\ndata:\n\n', `id: b\ndata: ${message.slice(0, 30)}`]
          : [`id: b\ndata: ${message}\n\n`];
      return streamOf({ response } as Asked, parts, last === undefined ? 'destroy' : 'end');
    };
    expect(await call()).toBe('seen');
    expect(asked).toEqual([undefined, 'a']);
  });

  it('is not where it said that it keeps nothing', async () => {
    answer = (asked) => streamOf(asked, ['id: a\ndata:\n\n', 'id:\ndata:\n\n']);
    expect(await call()).toContain('it ended its answer early');
  });
});

describe('thousands of errors', () => {
  it('cost no more than as many answers, and leave the server as it was', async () => {
    answer = (asked) => answerWith(asked, failure(asked, '{"code":-32000,"message":"no","data":{"a":[1.0]}}'));
    for (let n = 0; n < 100; n += 1) {
      const all = await Promise.all(
        Array.from({ length: 10 }, () => rig.call('odd__look', {}, new Cancellation(), { userId: `u${n % 5}` })),
      );
      expect(all.filter(({ serverError }) => serverError === undefined).map(({ text }) => text)).toEqual([]);
    }
    answer = (asked) => answerWith(asked, success(asked, SEEN));
    expect([await call(), rig.health.of('odd-1').state]).toEqual(['seen', 'healthy']);
  });
});
