import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { FileStream } from './file-stream.js';

describe('A file on its way', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
  afterEach(() => void jest.useRealTimers());

  const watched = { read: 0, isOver: false };
  async function* endless(gone: AbortSignal): AsyncGenerator<{ text: string }[]> {
    watched.read = 0;
    gone.addEventListener('abort', () => (watched.isOver = true));
    for (;;) {
      watched.read += 1;
      yield Array.from({ length: 200 }, () => ({ text: 'x'.repeat(1_000) }));
    }
  }
  const open = () => FileStream.open('ndjson', { name: 'x', columns: ['text'], pieces: endless });
  const failure = async (stream: FileStream) => ((await once(stream, 'error')) as [Error])[0].message;

  it('is read no further than its reader goes', async () => {
    const stream = await open();
    for (let taken = 0; taken < 5; taken += 1) {
      await once(stream, 'readable');
      stream.read();
    }
    expect(watched.read).toBeLessThanOrEqual(7); // one is in the buffer, one is being read
    stream.destroy();
  });

  it('ends when its reader leaves, and with it the statement that reads its table', async () => {
    const stream = await open();
    await once(stream, 'readable');
    watched.isOver = false;
    stream.destroy();
    expect(watched.isOver).toBe(true);
    await once(stream, 'close');
  });

  it('is given up when its reader takes nothing for 20 seconds', async () => {
    const stream = await open();
    await once(stream, 'readable');
    jest.advanceTimersByTime(19_999);
    expect(stream.destroyed).toBe(false);
    const failed = failure(stream);
    jest.advanceTimersByTime(1);
    expect(await failed).toBe('its reader has stalled');
  });

  it('is given up after an hour, however busily it is read', async () => {
    const stream = await open();
    const failed = failure(stream);
    stream.resume();
    for (let minutes = 0; minutes < 60; minutes += 0.25) {
      await once(stream, 'data');
      jest.advanceTimersByTime(15_000);
    }
    expect(await failed).toBe('it takes longer than an hour');
  });

  it('begins only when its first piece could be read', async () => {
    const pieces = async function* (): AsyncGenerator<object[]> {
      await Promise.reject(new Error('no table'));
      yield [];
    };
    await expect(FileStream.open('csv', { name: 'x', columns: [], pieces })).rejects.toThrow('no table');
  });
});
