import { RPC } from '../../../tools/source/server-error.js';
import type { Message } from '../relay/incoming.js';
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

/** To what a server asks in another session than the present one, whose calls it cannot mean. */
export const answerElsewhere = ({ id, method }: Message) =>
  method === 'ping' ? { jsonrpc: '2.0', id, result: {} } : { jsonrpc: '2.0', id, error: NO_QUESTIONS };

const NO_QUESTIONS = {
  code: RPC.INTERNAL_ERROR,
  message: 'This gateway asks nobody for a session that another one has begun.',
};
