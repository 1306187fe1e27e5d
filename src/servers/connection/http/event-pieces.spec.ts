import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { leastCpuMs, QUICK_MS } from '../../../../test/support/cpu-time.js';
import { eventPieces } from './event-pieces.js';
import { eventsIn } from './http-messages.js';

const CHUNK = 65_536;
const message = JSON.stringify({ jsonrpc: '2.0', method: 'x' });

async function* inChunks(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += CHUNK) yield Buffer.from(bytes.subarray(at, at + CHUNK));
}

const pieces = (text: string, maxBytes = 8_388_608) => eventPieces(inChunks(text), maxBytes);

async function messagesOf(text: string): Promise<number> {
  let count = 0;
  for await (const { data } of eventsIn(pieces(text), () => undefined)) if (data) count += 1;
  return count;
}

describe('a stream of events', () => {
  it.each(['\n', '\r\n', '\r'])('has each of its events, whatever ends its lines', async (end) => {
    expect(await messagesOf(`data: ${message}${end}${end}`.repeat(5_000) + end)).toBe(5_000);
  });

  it('comes in pieces of few events, and an event of any size in one', async () => {
    for await (const piece of pieces('data: {}\n\n'.repeat(10_000))) expect(piece.length).toBeLessThan(400);
    const long = JSON.stringify({ jsonrpc: '2.0', method: 'x', params: { text: 'x'.repeat(3_000_000) } });
    expect(await messagesOf(`data: ${message}\n\ndata: ${long}\n\ndata: ${message}\n\n`)).toBe(3);
  });

  it.each([
    ['bytes', 'x'.repeat(8_500_000)],
    ['lines', 'data\n'.repeat(200_000)],
    ['lines that end in CR', 'data\r'.repeat(200_000)],
  ])('is refused with an event of too many %s', async (_, event) => {
    await expect(messagesOf(`data: ${event}\n\n`)).rejects.toThrow('too large');
  });

  it('takes no longer for lines that end in CR, of which the parser would look at all that follows', async () => {
    const read = async () => {
      for await (const piece of eventsIn(pieces('id: 1\r\r'.repeat(300_000)), () => undefined))
        expect(piece.data).toBeUndefined();
    };
    expect(await leastCpuMs(read)).toBeLessThan(QUICK_MS);
  });

  it.each(['\n', '\r\n', '\r'])('is the same in parts of one byte, line by line and in one, with %j', async (end) => {
    const text = `\ufeff: hi${end}${end}id: 1${end}data: a${end}data: b${end}${end}data: c${end}`;
    const read = async (parts: Iterable<Buffer>) => {
      const found: unknown[] = [];
      for await (const { id, data } of eventsIn(eventPieces(Readable.from(parts), 100), () => undefined))
        if (data !== undefined) found.push([id, data]);
      return found;
    };
    const expected = [
      ['1', 'a\nb'],
      [undefined, 'c'],
    ];
    const lines = text.split(end).map((line) => Buffer.from(line + end));
    for (const parts of [Array.from(Buffer.from(text), (byte) => Buffer.from([byte])), lines, [Buffer.from(text)]])
      expect(await read(parts)).toEqual(expected);
  });

  it('whose parts never hold a whole separator is as long as it likes', async () => {
    const parts = Array.from({ length: 1_000 }, () => [Buffer.from('data: x\n'), Buffer.from('\n')]).flat();
    let count = 0;
    for await (const { data } of eventsIn(eventPieces(Readable.from(parts), 100), () => undefined)) if (data) count += 1;
    expect(count).toBe(1_000);
  });
});
