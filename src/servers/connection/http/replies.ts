import type { UnaskedPace } from '../unasked-pace.js';

/** Answers to the server that may be on their way at once. One that asks on and takes none gets no more: each costs more than the last. */
const REPLIES_MAX = 100;
/** An answer to the server is a request: it takes as much as reading so many messages. */
const REPLY_MESSAGES = 5;

/** Answers to what a server asks, each of which is a request to it. */
export class Replies {
  private onTheirWay = 0;

  constructor(private readonly pace: UnaskedPace) {}

  /** @throws Error while too many are on their way, and what `send` throws */
  async send(send: () => Promise<unknown>): Promise<void> {
    this.pace.count(0, REPLY_MESSAGES);
    if (this.onTheirWay >= REPLIES_MAX) throw new Error('The server does not take the answers to what it asks.');
    this.onTheirWay += 1;
    await send().finally(() => (this.onTheirWay -= 1));
  }
}
