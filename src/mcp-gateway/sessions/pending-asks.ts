import { ClientCannot } from '../../tools/source/ask-client.js';
import type { ClientRequest } from '../../tools/source/call-context.js';
import { isObject } from '../../common/json.js';
import { messageOf, type JsonRpcReply } from '../protocol/json-rpc.js';
/** Questions of one session that wait at the same time. */
const PENDING_MAX = 16;

/** The way to the client, and the end of the call that asks. */
export interface AskPath {
  /** Whether the message could go out. */
  send(message: string): boolean;
  signal: AbortSignal;
}

interface Ask {
  answered(reply: JsonRpcReply): void;
  refused(reason: string): void;
}

/** Requests to a client that it has not answered yet (MCP before 2026-07-28). */
export class PendingAsks {
  private readonly pending = new Map<string, Ask>();
  private asked = 0;

  constructor(private readonly timeoutMs: number) {}

  /** The client's result. Rejects with ClientCannot when it refuses, cannot be reached, does not answer in time, or goes. */
  ask({ method, params }: ClientRequest, { send, signal }: AskPath): Promise<Record<string, unknown>> {
    if (this.pending.size >= PENDING_MAX) return Promise.reject(new ClientCannot('Your client has too many open questions.'));
    const id = `ask-${++this.asked}`;
    const answer = this.answerTo(id, { send, signal });
    if (!send(messageOf({ id, method, params }))) {
      this.pending.get(id)!.refused('Your client takes no questions: it must accept text/event-stream.');
    }
    return answer;
  }

  /** A reply to nothing is dropped: it came too late. */
  answer(reply: JsonRpcReply): void {
    this.pending.get(String(reply.id))?.answered(reply);
  }

  refuseAll(reason: string): void {
    for (const ask of this.pending.values()) ask.refused(reason);
  }

  private answerTo(id: string, { send, signal }: AskPath): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const over = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        this.pending.delete(id);
      };
      const refused = (reason: string) => {
        over();
        reject(new ClientCannot(reason));
      };
      const gone = () => refused('Your client has gone.');
      const timer = setTimeout(() => {
        send(messageOf({ method: 'notifications/cancelled', params: { requestId: id, reason: 'timeout' } }));
        refused(`Your client did not answer within ${this.timeoutMs / 1_000} s.`);
      }, this.timeoutMs);
      signal.addEventListener('abort', gone);
      const answered = ({ result, error }: JsonRpcReply) => {
        if (!isObject(result)) return refused(`Your client refused: ${wordsOf(error)}`);
        over();
        resolve(result);
      };
      this.pending.set(id, { answered, refused });
    });
  }
}

const wordsOf = (error: unknown): string =>
  isObject(error) && typeof error['message'] === 'string' ? error['message'].slice(0, 500) : 'no reason was given';
