import { once } from 'node:events';
import type { Socket } from 'node:net';
import { openRaw, rawPost, untilClosed } from './raw-http.js';

const GET = 'GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n';

/** Connections to a port in every state that a stop finds them in. */
export class Connections {
  readonly busy: Socket;
  readonly kept: Socket;
  readonly unused: Socket;

  constructor(private readonly url: string) {
    [this.busy, this.kept, this.unused] = [openRaw(url), openRaw(url), openRaw(url)];
  }

  /** A request is on its way on one, another has had an answer, the third was never used. */
  async use(): Promise<void> {
    await once(this.unused, 'connect');
    this.busy.write(rawPost(this.url, '{}').slice(0, -1).replace('Connection: close\r\n', ''));
    this.kept.write(GET);
    await once(this.kept, 'data');
  }

  /** What each of them hears until it is closed, when the request comes to its end and the kept one is used again. */
  async finish(): Promise<string[]> {
    const heard = [this.busy, this.kept, this.unused].map((socket) => untilClosed(socket));
    this.busy.write('}');
    this.kept.write(GET);
    return (await Promise.all(heard)).map(({ text }) => text);
  }
}
