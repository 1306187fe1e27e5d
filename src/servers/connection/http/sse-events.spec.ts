import { describe, expect, it } from '@jest/globals';
import { eventsIn, type ServerEvent } from './sse-events.js';

async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

async function eventsOf(text: string, { size = 65_536, maxBytes = 1_000 } = {}): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of eventsIn(inPieces(text, size), maxBytes)) events.push(event);
  return events;
}

const otherBytes = (events: ServerEvent[]): number =>
  events.filter(({ type }) => type === '').reduce((sum, { bytes }) => sum + bytes, 0);

const shown = async (...args: Parameters<typeof eventsOf>) =>
  (await eventsOf(...args)).map(({ type, data }) => [type, typeof data === 'string' ? data : 'dropped']);

describe('The events of a stream', () => {
  const lines = [
    'event: endpoint',
    'data: /messages?id=1',
    '',
    ': comment',
    'data:{"a":',
    'data: "ä"}',
    'id: 7',
    '',
    'event: ping',
    '',
    '',
  ];

  it.each(['\n', '\r\n', '\r'])('are read whatever ends their lines, wherever they are cut', async (end) => {
    const expected = [
      ['endpoint', '/messages?id=1'],
      ['message', '{"a":\n"ä"}'],
    ];
    for (const size of [1, 2, 3, 7, 1_000]) expect(await shown(lines.join(end), { size })).toEqual(expected);
  });

  it.each([
    ['in one line', `data: {"jsonrpc":"2.0","id":3,"result":"${'x'.repeat(1_000)}"}\n\n`],
    ['in several', `data: {"jsonrpc":"2.0","id":3,"result":"${'x'.repeat(800)}\ndata: ${'x'.repeat(300)}"}\n\n`],
  ])('that are too large %s lose their middle, and cost the next ones nothing', async (_, large) => {
    const [first, second, ...rest] = await eventsOf(`${large}data: next\n\n`);
    expect(first).toMatchObject({ type: 'message', data: { head: expect.stringMatching(/^\{"jsonrpc":"2.0","id":3/) } });
    expect([second!.data, rest]).toEqual(['next', []]);
  });

  it('are told of with what else was sent, however much that is', async () => {
    const noise = `${': comment\n'.repeat(2_000)}data: x\n\n${'id: 1\n\n'.repeat(2_000)}`;
    const events = await eventsOf(noise);
    expect(events.filter(({ type }) => type === 'message')).toHaveLength(1);
    expect(otherBytes(events)).toBeGreaterThan(20_000);
  });

  it.each([
    ['empty lines', '\n'.repeat(20_000)],
    ['names of events', 'event: x\n'.repeat(20_000)],
    ['an event that never ends', 'data: x\n'.repeat(20_000)],
  ])('are no way to be read for nothing: %s count too', async (_, text) => {
    expect(otherBytes(await eventsOf(text))).toBeGreaterThan(200_000);
  });
});
