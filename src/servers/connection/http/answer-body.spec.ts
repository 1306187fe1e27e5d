import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getEventListeners, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Pool } from 'undici';
import { Cancellation, cancelledWith } from '../../../common/concurrency/cancellation.js';
import { AnswerTooLarge } from './event-pieces.js';
import { EVENTS, requestOver, WholeBody, type PoolAnswer } from './answer-body.js';

let answer: (response: ServerResponse) => void;
const server = createServer((request, response) => request.resume().on('end', () => answer(response)));
let pool: Pool;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 2 });
});
afterAll(async () => {
  await pool.destroy();
  server.closeAllConnections();
  server.close();
});

const ask = (cancellation?: Parameters<typeof requestOver>[2]['cancellation'], maxBytes = 1_000): Promise<PoolAnswer> =>
  requestOver(pool, { path: '/', method: 'POST', body: '{}' }, { maxBytes, cancellation });
const events = (response: ServerResponse, ...pieces: string[]) => {
  response.writeHead(200, { 'content-type': `${EVENTS}; charset=utf-8` });
  for (const piece of pieces) response.write(piece);
};

const closeOf = (body: PoolAnswer['body']) => new Promise((resolve) => (body as Readable).once('close', resolve));

describe('an answer', () => {
  it('that is none of events comes whole, in however many pieces it was sent', async () => {
    answer = (response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.write('{"a":');
      setImmediate(() => response.end('1}'));
    };
    const { statusCode, body } = await ask();
    expect([statusCode, (body as WholeBody).bytes.toString()]).toEqual([201, '{"a":1}']);
  });

  it('that is too large is not read to its end', async () => {
    answer = (response) => void response.writeHead(200).write('x'.repeat(2_000));
    await expect(ask()).rejects.toBeInstanceOf(AnswerTooLarge);
  });

  it('of events is there with its head, and is read as it comes', async () => {
    let open: ServerResponse;
    answer = (response) => events((open = response), 'data: 1\n\n');
    const { body } = await ask();
    const pieces = (body as Readable)[Symbol.asyncIterator]();
    expect(String((await pieces.next()).value)).toBe('data: 1\n\n');
    open!.end('data: 2\n\n');
    expect(String((await pieces.next()).value)).toBe('data: 2\n\n');
    expect((await pieces.next()).done).toBe(true);
  });

  it('of events that breaks tells who reads it, and ends nothing where nobody does', async () => {
    let open: ServerResponse;
    answer = (response) => events((open = response), 'data: 1\n\n');
    for (const isRead of [false, true]) {
      const { body } = await ask();
      const closed = closeOf(body);
      const read = isRead ? (body as Readable).toArray() : Promise.reject(new Error('unread'));
      read.catch(() => undefined);
      open!.destroy();
      await closed;
      await expect(read).rejects.toThrow(isRead ? /terminated|closed|other side/ : 'unread');
    }
  });
});

describe('what is cancelled', () => {
  it('is told to its server at once, before and while it answers', async () => {
    for (const isAnswering of [false, true]) {
      const cancellation = new Cancellation();
      const gone = new Promise<void>((resolve) => {
        answer = (response) => {
          response.on('close', resolve);
          if (isAnswering) response.writeHead(200).write('x');
          cancellation.cancel(new Error('enough'));
        };
      });
      await expect(ask(cancellation)).rejects.toThrow('enough');
      await gone;
    }
  });

  it('leaves no listener behind when it was not: a signal may live as long as a session', async () => {
    const controller = new AbortController();
    answer = (response) => void response.end('{}');
    for (let n = 0; n < 20; n += 1) await ask(cancelledWith(controller.signal));
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    answer = (response) => events(response, 'data: 1\n\n');
    const { body } = await ask(cancelledWith(controller.signal));
    const closed = closeOf(body);
    controller.abort(new Error('over'));
    await closed;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
