import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { CallStream } from './call-stream.js';
import type { LiveCall } from './live-call.js';

const LARGE = { ownText: `data: ${'x'.repeat(16 * 1024 * 1024)}\n\n` } as LiveCall;

describe('A stream to a reader who does not read', () => {
  let server: Server;
  let reader: Socket;
  let response: ServerResponse;
  let stream: CallStream;
  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    reader = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    reader.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    stream = new CallStream(response, { userId: undefined, showsUser: false, after: undefined, isWanted: () => true });
  });
  afterEach(() => {
    reader.destroy();
    server.close();
  });

  it.each([
    ['that tells of calls', () => undefined],
    ['that has ended', () => stream.end()],
  ])('%s is cut off after a minute', (_, then) => {
    stream.tell(LARGE);
    then();
    for (const now of [0, 59_999]) stream.keepAlive(now);
    expect(response.destroyed).toBe(false);
    stream.keepAlive(60_000);
    expect(response.destroyed).toBe(true);
  });

  it('is not cut off when the reader takes what waits', async () => {
    stream.tell(LARGE);
    stream.keepAlive(0);
    reader.resume();
    while (response.writableLength > 0) await setImmediate();
    stream.tell(LARGE);
    stream.keepAlive(60_000);
    expect(response.destroyed).toBe(false);
  });
});
