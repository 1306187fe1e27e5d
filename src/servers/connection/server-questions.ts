import { ProtocolError, ProtocolErrorCode, type Request } from '@modelcontextprotocol/client';
import { Counts } from '../../common/concurrency/counts.js';
import type { Caller } from './caller.js';
import type { UpstreamExchange } from './upstream-exchange.js';

/**
 * Calls to one server that may wait for their callers' answers at once; meanwhile others take their places at work. Beyond, a user who
 * waits for none may still have one, up to the second number.
 */
export const WAITING_MAX = 64;
const WAITING_IN_ALL_MAX = 256;
/** Questions by URL of which the server may still say that they are done; the oldest is forgotten. */
const ELICITATIONS_MAX = 200;
const ID_MAX_CHARS = 200;
/** Of those that may wait, how many may be one user's. */
const WAITING_OF_USER_MAX = 24;

const TOO_MANY = 'Too many calls already wait for their callers to answer.';

/** What a server asks while it works on calls: each question goes to the caller of the call that it belongs to. */
export class ServerQuestions {
  private readonly waiting = new Counts();
  /** Who was asked by URL, by the id the server gave its question. */
  private readonly elicitations = new Map<string, Caller>();

  /**
   * The caller's answer to a question of the server.
   * @param exchange the call it belongs to; undefined when that is not known, then it reaches nobody.
   * @throws ProtocolError, in words for the server.
   */
  async ask({ method, params = {} }: Request, exchange: UpstreamExchange | undefined): Promise<Record<string, unknown>> {
    const { caller } = exchange ?? {};
    if (!exchange || !caller) throw refusal('The gateway cannot tell which call this question belongs to, so it asks nobody.');
    const { userId } = caller;
    if (this.isFullFor(userId)) {
      caller.onQuestionRefused(TOO_MANY);
      throw refusal(TOO_MANY);
    }
    this.remember(params['elicitationId'], caller);
    this.waiting.add(userId, 1);
    return exchange.whileAsking(() => caller.ask({ method, params })).finally(() => this.waiting.add(userId, -1));
  }

  /** The server says that what it asked by URL is done. */
  complete(elicitationId: string): void {
    this.elicitations.get(elicitationId)?.elicitationCompleted(elicitationId);
    this.elicitations.delete(elicitationId);
  }

  private isFullFor(userId: string): boolean {
    const own = this.waiting.of(userId);
    return own >= WAITING_OF_USER_MAX || this.waiting.total >= (own > 0 ? WAITING_MAX : WAITING_IN_ALL_MAX);
  }

  /** Ids longer than anybody needs are not kept. */
  private remember(elicitationId: unknown, caller: Caller): void {
    if (typeof elicitationId !== 'string' || elicitationId.length > ID_MAX_CHARS) return;
    const [oldest] = this.elicitations.keys();
    if (this.elicitations.size >= ELICITATIONS_MAX) this.elicitations.delete(oldest!);
    this.elicitations.set(elicitationId, caller);
  }
}

const refusal = (message: string) => new ProtocolError(ProtocolErrorCode.InvalidRequest, message);
