import { describe, expect, it } from '@jest/globals';
import { AnswerTooLarge } from './event-pieces.js';
import { resumedEvents, type AnswerStream } from './resumed-events.js';

const BROKEN = new Error('reset');

/** A stream of these parts, which then breaks with an error, if there is one. */
async function* stream(parts: string[], failure?: Error): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
  await Promise.resolve();
  if (failure) throw failure;
}
const event = (id: string, data: string) => `retry: 50\nid: ${id}\ndata: ${data}\n\n`;

/** What is read until the end, what it ended with, and behind which events it was asked for again. */
async function read(events: AsyncIterable<Buffer>, { after, isOver = () => false }: Partial<AnswerStream> = {}) {
  const heard: (string | undefined)[] = [];
  const asked: string[] = [];
  let failure: unknown;
  const resumed = async (id: string) => {
    asked.push(id);
    return after?.(id);
  };
  try {
    for await (const { data } of resumedEvents({ events, after: resumed, isOver })) if (data) heard.push(data);
  } catch (error) {
    failure = error;
  }
  return { heard, asked, failure };
}

describe('the stream of an answer', () => {
  it.each([
    ['ends', undefined],
    ['breaks', BROKEN],
  ])('that %s too early is taken up behind its last event', async (_, failure) => {
    const after = async (id: string) => stream(id === '1' ? [event('2', 'b')] : []);
    const { heard, asked } = await read(stream([event('1', 'a')], failure), { after });
    expect([heard, asked.slice(0, 2)]).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  it('is given up after three times in which nothing came', async () => {
    expect(await read(stream([event('1', 'a')], BROKEN), { after: async () => stream([], BROKEN) })).toEqual({
      heard: ['a'],
      asked: ['1', '1', '1'],
      failure: BROKEN,
    });
  });

  it('is not asked for again once nobody waits for more', async () => {
    let isOver = false;
    const events = (async function* () {
      yield* stream([event('1', 'a')]);
      isOver = true;
    })();
    expect(await read(events, { isOver: () => isOver })).toEqual({ heard: ['a'], asked: [], failure: undefined });
  });

  it.each([
    ['has no ids', ['data: a\n\n'], BROKEN, []],
    ['is too large', [event('1', 'a')], new AnswerTooLarge(), []],
    ['is not kept by its server', [event('1', 'a')], BROKEN, ['1']],
  ])('fails as it failed where it %s', async (_, parts, failure, asked) => {
    expect(await read(stream(parts, failure))).toEqual({ heard: ['a'], asked, failure });
  });

  it('is not taken up behind an event that may not be whole', async () => {
    const { heard, asked } = await read(stream([event('1', 'a'), 'id: 2\ndata: b'], BROKEN));
    expect([heard, asked]).toEqual([['a', 'b'], ['1']]);
  });
});
