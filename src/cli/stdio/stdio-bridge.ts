import { createParser } from 'eventsource-parser';
import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as pause } from 'node:timers/promises';
import { HOW_TO_SEND_A_KEY } from '../../auth/access/credential.js';
import { exchangeLines } from '../../common/lines/line-exchange.js';
import { unreachable } from '../gateway/gateway-address.js';
import { BridgeConnection, EVENTS, parsed, type Answer, type BridgedGateway } from './bridge-connection.js';
import {
  BRIDGE_ERROR,
  cancelledIn,
  endOfListening,
  expectsAnswer,
  failure,
  idOf,
  INVALID_REQUEST,
  oneLine,
  PARSE_ERROR,
} from './bridge-messages.js';
import type { BridgeMessage } from './session-replay.js';

/** As the gateway's own limit for a body. */
const LINE_MAX_BYTES = 4 * 1024 * 1024;
const IN_FLIGHT_MAX = 100;
/** Longer than the gateway lets most tools run. */
const TIMEOUT_MS = 660_000;
/** The gateway has taken what needs no answer. */
const ACCEPTED = 202;
const UNAUTHORIZED = 401;
/** What a person can do about a key here, where the header is the bridge's. */
const HOW_TO_GIVE_A_KEY = '`tallygate stdio` takes the key from the variable TALLYGATE_API_KEY, or from --api-key.';
const LISTEN = 'subscriptions/listen';
/** As `AbortSignal.timeout` has it. */
const TOO_LATE = new DOMException('The gateway did not answer in time.', 'TimeoutError');
/** Before a session's stream that ended is opened again. */
const REOPEN_PAUSE_MS = 1_000;

/** Takes each line to a gateway's HTTP endpoint and its answer back, until stdin ends or a signal comes. @throws when there is no gateway. */
export async function runBridge(gateway: BridgedGateway, apiKey: string | undefined): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => process.stdin.destroy());
  try {
    const bridge = new StdioBridge(await gateway.url(), gateway, apiKey);
    process.stdin.once('close', () => bridge.clientGone());
    const limits = { lineMaxBytes: LINE_MAX_BYTES, inFlightMax: IN_FLIGHT_MAX };
    await exchangeLines({ input: process.stdin, output: process.stdout, ...limits, answer: (line) => bridge.answer(line) });
    await bridge.close();
  } finally {
    await gateway.stop();
  }
}

class StdioBridge {
  private readonly connection: BridgeConnection;
  private isClosed = false;
  /** Whatever waits for the gateway, with what ends its patience. One controller each: `AbortSignal.any` costs a millisecond. */
  private readonly open = new Map<AbortController, NodeJS.Timeout | undefined>();
  /** By their ids, as JSON. */
  private readonly calls = new Map<string, AbortController>();
  /** What the gateway has asked the client and it has not answered, by its ids. */
  private readonly questions = new Set<string>();
  /** The latest `initialize`: what comes after it belongs to what it agrees on. */
  private beginning: Promise<unknown> = Promise.resolve();
  private isClientGone = false;
  /** Why the key was refused last. */
  private refusal: string | undefined;

  constructor(
    /** For words. */
    private readonly url: string,
    gateway: BridgedGateway,
    apiKey: string | undefined,
  ) {
    this.connection = new BridgeConnection(gateway, apiKey);
  }

  /** Never rejects: a client that waits for an answer gets one. */
  async answer(line: string | null): Promise<string | undefined> {
    if (line === null) return failure('null', INVALID_REQUEST, 'Invalid Request: a line is longer than 4 MiB');
    const message = parsed(line);
    if (!message) return failure('null', PARSE_ERROR, 'Parse error: the line is not JSON');
    this.take(message, line);
    try {
      const answered = this.post(message, line);
      if (message.method === 'initialize') this.beginning = answered.catch(() => undefined);
      if (message.method === LISTEN) {
        // Lines after it do not wait for its end.
        void answered.catch((error: unknown) => this.unanswered(message, line, error)).then(writeLine);
        return undefined;
      }
      const body = await answered;
      if (message.method === 'notifications/initialized' && this.connection.hasSession) void this.hearOfChanges();
      return expectsAnswer(message) ? body : undefined;
    } catch (error) {
      return this.unanswered(message, line, error);
    }
  }

  private unanswered(message: BridgeMessage, line: string, error: unknown): string | undefined {
    const words = unreachable(this.url, error).message;
    process.stderr.write(`${words}\n`);
    return expectsAnswer(message) ? failure(idOf(message, line), BRIDGE_ERROR, words) : undefined;
  }

  /** What it was asked it will not answer any more; the calls that ask end with that. */
  clientGone(): void {
    this.isClientGone = true;
    for (const id of this.questions) this.refuse(id);
  }

  /** Ends what is still open, and the session. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const controller of this.open.keys()) controller.abort();
    await this.connection.end();
  }

  private take(message: BridgeMessage, line: string): void {
    if (message.method === 'notifications/cancelled') this.calls.get(cancelledIn(message, line))?.abort();
    if (message.method === undefined && message.id !== undefined) this.questions.delete(idOf(message, line));
  }

  private refuse(id: string): void {
    const line = failure(id, BRIDGE_ERROR, 'Your client has gone.');
    void this.post(parsed(line)!, line).catch(() => undefined);
  }

  /** Undefined for a request that was cancelled: closing the connection cancels it at the gateway, too. */
  private async post(message: BridgeMessage, line: string): Promise<string | undefined> {
    const id = idOf(message, line);
    const controller = this.controllerOf(message, id);
    const { signal } = controller;
    try {
      await this.beginning;
      const response = await this.connection.post(message, line, signal);
      const text = await this.lastOf(response);
      this.connection.answered(message, line, response, text);
      if (text === '' && response.status === ACCEPTED) return undefined;
      if (response.status === UNAUTHORIZED) return this.refused(id, text);
      const words = `${this.url} answered with status ${response.status}.`;
      return oneLine(text) ?? failure(id, BRIDGE_ERROR, words);
    } catch (error) {
      if (this.isClosed && message.method === LISTEN) return endOfListening(id);
      if (signal.aborted && signal.reason !== TOO_LATE) return undefined;
      throw error;
    } finally {
      this.over(id, controller);
    }
  }

  /** The gateway's refusal of the key in words for this side; on stderr as well, where many clients look for what went wrong. */
  private refused(id: string, text: string): string {
    const { error } = (parsed(text) ?? {}) as { error?: { code: number; message: string; data?: object } };
    const { code = BRIDGE_ERROR, message = `${this.url} answered with status ${UNAUTHORIZED}.`, data } = error ?? {};
    const words = `${message.replace(HOW_TO_SEND_A_KEY, '').trim()} ${HOW_TO_GIVE_A_KEY}`;
    if (words !== this.refusal) process.stderr.write(`${words}\n`);
    this.refusal = words;
    return failure(id, code, words, data);
  }

  private controllerOf({ id: given, method }: BridgeMessage, id: string): AbortController {
    const controller = this.begin();
    if (given !== undefined && method !== undefined) this.calls.set(id, controller);
    if (method !== LISTEN)
      this.open.set(
        controller,
        setTimeout(() => controller.abort(TOO_LATE), TIMEOUT_MS),
      );
    return controller;
  }

  /** What begins after the bridge was closed is over at once. */
  private begin(): AbortController {
    const controller = new AbortController();
    this.open.set(controller, undefined);
    if (this.isClosed) controller.abort();
    return controller;
  }

  private over(id: string, controller: AbortController): void {
    clearTimeout(this.open.get(controller));
    this.open.delete(controller);
    if (this.calls.get(id) === controller) this.calls.delete(id);
  }

  /** The session's own stream, opened again when it ends; a gateway without one says so with a status. */
  private async hearOfChanges(): Promise<void> {
    const controller = this.begin();
    const { signal } = controller;
    for (let open = true; open && !signal.aborted;) {
      const response = await this.connection.stream(signal).catch(() => undefined);
      open = response?.isOk ?? true;
      if (response) await this.lastOf(response).then(open ? writeLine : undefined, () => undefined);
      await pause(REOPEN_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
    this.open.delete(controller);
  }

  /** The answer. What is streamed before it becomes lines as it comes. */
  private async lastOf({ headers, body }: Answer): Promise<string> {
    if (!String(headers['content-type']).startsWith(EVENTS)) return body.text();
    let last = '';
    for await (const data of eventsOf(body)) {
      const message = parsed(data) ?? {};
      if (message.method === undefined) last = data;
      else await this.tell(data, message.id === undefined ? undefined : idOf(message, data));
    }
    return last;
  }

  /** A notification, or with an id a question. */
  private async tell(message: string, id: string | undefined): Promise<void> {
    if (id === undefined) return writeLine(message);
    this.questions.add(id);
    if (this.isClientGone) this.refuse(id);
    else await writeLine(message);
  }
}

/** The data of each server-sent event, as it comes. */
async function* eventsOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const text = new StringDecoder('utf8');
  let ready: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => ready.push(data) });
  for await (const chunk of chunks) {
    parser.feed(text.write(chunk));
    yield* ready;
    ready = [];
  }
}

/** At the pace of the reader: the gateway holds back, and at last cuts off, a client that does not read. */
async function writeLine(line: string | undefined): Promise<void> {
  if (!line || process.stdout.destroyed) return;
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}
