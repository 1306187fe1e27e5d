import { randomInt } from 'node:crypto';
import { isObject, jsonObject } from '../../../common/json.js';
import { InFlight } from '../../../common/concurrency/in-flight.js';
import { membersOf, withMembers, type JsonMembers } from '../../../common/json-text/json-members.js';
import type { Caller } from '../caller.js';
import type { UpstreamExchange } from '../upstream-exchange.js';
import type { Message } from './incoming.js';
import { NotMcp } from './no-answer.js';
import { logMessageIn, progressIn } from './reports.js';
import { ServerError } from '../../../tools/source/server-error.js';

/** Ids of relayed requests: the SDK's client counts its own from 0, and some servers read them into 32 bits. */
const [FIRST_ID, LAST_ID] = [1_000_000_000, 2_000_000_000];

/** A request to a server, its parameters as JSON. */
export interface RelayedRequest {
  method: string;
  params: JsonMembers;
  /** What HTTP repeats as a header: the tool, prompt or address that is asked for. */
  name?: string | undefined;
  /** To a server of MCP 2026-07-28, whose requests each say all that they belong to. */
  isModern: boolean;
  /** Over HTTP, the session that knows what is asked for, where that may be another one: a task lives in the one it was made in. */
  sessionId?: string | undefined;
}

/** A request as it is sent. */
export interface OutgoingRequest extends Pick<RelayedRequest, 'method' | 'name' | 'isModern' | 'sessionId'> {
  id: number;
  /** The whole message. */
  text: string;
}

/** The result of an answer: as it was read, and as the text it came in. */
export interface ServerResult {
  value: Record<string, unknown>;
  json: string;
  /** Over HTTP, of a task: the session it lives in. */
  sessionId?: string;
}

/** What carries messages to a server. What comes back is given to `Relay.take`. */
export interface Wire {
  /** @throws when it cannot be sent, or is refused by HTTP. */
  sendRequest(request: OutgoingRequest, exchange: UpstreamExchange): Promise<void>;
  /** Nobody waits for the answer any more; the server is told so where it would not notice. */
  cancelRequest(id: number): void;
}

/** Tells a server that nobody waits for the answer to a request any more. */
export const cancelledNotification = (requestId: number) => ({
  jsonrpc: '2.0' as const,
  method: 'notifications/cancelled',
  params: { requestId, reason: 'The caller went away.' },
});

interface Waiting {
  exchange: UpstreamExchange;
  resolve: (result: ServerResult) => void;
  reject: (error: unknown) => void;
}

/**
 * Requests to one server whose parameters, results and errors go on as the text they came in: what nobody here has to understand
 * cannot be changed on the way. What it cannot do, the handshake and what a server asks or says unasked, goes through the SDK's client.
 */
export class Relay {
  private readonly waiting = new InFlight<number, Waiting>();
  /** At any of them first: several replicas may ask in one session. */
  private nextId = randomInt(FIRST_ID, LAST_ID);

  constructor(private readonly wire: Wire) {}

  /** @throws ServerError for an error it answered, NotMcp, the reason of the exchange's cancellation, and what `Wire.sendRequest` throws. */
  async request(
    { method, name, params, isModern, sessionId }: RelayedRequest,
    exchange: UpstreamExchange,
  ): Promise<ServerResult> {
    const { cancellation } = exchange;
    if (cancellation.reason) throw cancellation.reason;
    const id = this.takeId();
    const wanted = exchange.caller?.wantsProgress ? { ...params, _meta: withToken(params['_meta'], id) } : params;
    const text = `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${jsonObject(wanted)}}`;
    const cancel = (reason: Error) => this.cancel(id, reason);
    cancellation.onCancel(cancel);
    try {
      return await new Promise((resolve, reject) => {
        this.waiting.set(id, { exchange, resolve, reject });
        this.wire.sendRequest({ id, method, name, isModern, sessionId, text }, exchange).catch(reject);
      });
    } finally {
      cancellation.offCancel(cancel);
      this.waiting.take(id);
    }
  }

  /**
   * Takes a message that came in, with its text. Returns whether it was for one of the requests here: its answer, or what the server
   * reports of it. @param within The request that it came in the answer of, null for none; else nothing says which it belongs to
   */
  take(message: Message, text: string, within?: UpstreamExchange | null): 'answer' | 'report' | undefined {
    if ('method' in message) return this.takeReport(message, text, () => (within === undefined ? this.onlyCall : within)?.caller);
    // Some servers make a text of the id.
    const waiting = this.waiting.get(Number(message['id']));
    if (!waiting) return undefined;
    answer(waiting, message, text);
    return 'answer';
  }

  /** The request cannot be answered any more. Returns whether it is one of those here that wait. */
  fail(id: number, error: Error): boolean {
    const waiting = this.waiting.get(id);
    waiting?.reject(error);
    return waiting !== undefined;
  }

  /** The call that waits, if there is one only: where all that a server says comes on one stream, nothing says which of several it means. */
  get onlyCall(): UpstreamExchange | null {
    const [only, another] = this.waiting.values().filter(({ exchange }) => exchange.caller);
    return (!another && only?.exchange) || null;
  }

  /** No request will be answered any more. */
  failAll(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
  }

  private takeId(): number {
    this.nextId = this.nextId === LAST_ID ? FIRST_ID : this.nextId + 1;
    return this.nextId;
  }

  private cancel(id: number, reason: Error): void {
    const waiting = this.waiting.take(id);
    if (!waiting) return;
    this.wire.cancelRequest(id);
    waiting.reject(reason);
  }

  private takeReport(message: Message, text: string, callerWithin: () => Caller | undefined): 'report' | undefined {
    if (message['method'] === 'notifications/progress') this.tellProgress(message, text);
    else if (message['method'] === 'notifications/message') tellLog(message, text, callerWithin());
    else return undefined;
    return 'report';
  }

  private tellProgress(message: Message, text: string): void {
    const token = isObject(message['params']) ? Number(message['params']['progressToken']) : NaN;
    const { caller } = this.waiting.get(token)?.exchange ?? {};
    const progress = caller && progressIn(message, text);
    if (progress) caller.progress(progress);
  }
}

function tellLog(message: Message, text: string, caller: Caller | undefined): void {
  const said = caller && logMessageIn(message, text);
  if (said) caller.log(said);
}

function answer({ resolve, reject }: Waiting, message: Message, text: string): void {
  const { result, error } = message;
  const members = membersOf(text);
  if (isObject(result)) return resolve({ value: result, json: members.get('result')! });
  if (error !== undefined && error !== null) return reject(ServerError.of(error, members.get('error')!));
  reject(new NotMcp('result' in message ? '"result" is not an object' : 'there is neither "result" nor "error"'));
}

/** The client is told of progress by a token of its own; the server gets the gateway's. */
const withToken = (meta = '{}', id: number): string => withMembers(meta, { progressToken: `${id}` });
