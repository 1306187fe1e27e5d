import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { decoded } from './content-coding.js';

const TEXT = 'a text, '.repeat(10_000);
const read = async (coding: string | string[] | undefined, body: Buffer) => {
  const stream = Readable.from([body.subarray(0, 7), body.subarray(7)].filter(({ length }) => length > 0));
  const parts: Buffer[] = [];
  for await (const part of decoded({ headers: { 'content-encoding': coding }, body: stream } as never)) parts.push(part);
  return Buffer.concat(parts).toString();
};

describe('a body', () => {
  it.each<[string | string[] | undefined, Buffer]>([
    [undefined, Buffer.from(TEXT)],
    ['identity', Buffer.from(TEXT)],
    ['gzip', zlib.gzipSync(TEXT)],
    [' X-Gzip ,', zlib.gzipSync(TEXT)],
    ['deflate', zlib.deflateSync(TEXT)],
    ['deflate', zlib.deflateRawSync(TEXT)],
    ['br', zlib.brotliCompressSync(TEXT)],
    ['deflate, gzip', zlib.gzipSync(zlib.deflateSync(TEXT))],
    [['br', 'gzip'], zlib.gzipSync(zlib.brotliCompressSync(TEXT))],
  ])('is read without its coding %s', async (coding, body) => expect(await read(coding, body)).toBe(TEXT));

  it('that is empty is empty', async () => expect(await read('deflate', Buffer.alloc(0))).toBe(''));

  it.each(['gzip', 'deflate', 'br'])('that is not so encoded says so: %s', async (coding) => {
    await expect(read(coding, Buffer.from('{"a":1}'))).rejects.toThrow('its answer is not encoded as it says');
  });

  it.each([
    ['snappy', 'its answer is encoded as "snappy"'],
    ['__proto__', 'its answer is encoded as "__proto__"'],
    ['gzip,gzip,gzip,gzip', 'its answer is encoded too often'],
  ])('of a coding that is not undone is read no further: %s', (coding, words) => {
    const body = Readable.from([]);
    expect(() => decoded({ headers: { 'content-encoding': coding }, body } as never)).toThrow(words);
    expect(body.destroyed).toBe(true);
  });
});
