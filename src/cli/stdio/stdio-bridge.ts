import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { exchangeLines } from '../../common/line-exchange.js';
import { readClientSettings } from '../../config/client-settings.js';
import { BridgeConnection, EVENTS } from './bridge-connection.js';
import { parsed, type BridgeMessage } from './bridge-message.js';
import { eventMessages } from './event-messages.js';
import { mcpUrlOf, unreachable } from '../gateway/gateway-address.js';

/** As the gateway's own limit for a body. */
const LINE_MAX_BYTES = 4 * 1024 * 1024;
const IN_FLIGHT_MAX = 100;
/** Longer than the gateway lets any tool run. */
const TIMEOUT_MS = 660_000;
/** JSON-RPC: implementation-defined server error. */
const BRIDGE_ERROR = -32_000;
const PARSE_ERROR = -32_700;
const LISTEN = 'subscriptions/listen';
/** Before a session's stream that ended is opened again. */
const REOPEN_PAUSE_MS = 1_000;

/** Takes each line to a gateway's HTTP endpoint and its answer back, until stdin ends. */
export async function runBridge(address: string, apiKey = readClientSettings().apiKey): Promise<void> {
  const bridge = new StdioBridge(mcpUrlOf(address), apiKey);
  const limits = { lineMaxBytes: LINE_MAX_BYTES, inFlightMax: IN_FLIGHT_MAX };
  await exchangeLines({ input: process.stdin, output: process.stdout, ...limits, answer: (line) => bridge.answer(line) });
  await bridge.close();
}

class StdioBridge {
  private readonly connection: BridgeConnection;
  private readonly closed = new AbortController();
  private readonly calls = new Map<string | number, AbortController>();

  constructor(
    private readonly url: string,
    apiKey: string | undefined,
  ) {
    this.connection = new BridgeConnection(url, apiKey);
  }

  /** Never rejects: a client that waits for an answer gets one. */
  async answer(line: string | null): Promise<string | undefined> {
    const message = line === null ? undefined : parsed(line);
    if (line === null || !message)
      return failure(null, PARSE_ERROR, 'Parse error: a line must be a JSON object, or a batch of them, of at most 4 MiB');
    // A batch (MCP 2025-03-26) goes as it is: its answer comes as one, or not at all when it has nothing but notifications.
    const expectsAnswer = message.id !== undefined || Array.isArray(message);
    if (message.method === 'notifications/cancelled') this.calls.get(message.params?.requestId as string)?.abort();
    try {
      const answered = this.post(message, line);
      if (message.method === LISTEN) return void answered.then(writeLine, () => undefined); // lines after it do not wait for its end
      const body = await answered;
      if (message.method === 'notifications/initialized' && this.connection.hasSession) void this.hearOfChanges();
      return expectsAnswer ? body : undefined;
    } catch (error) {
      const words = unreachable(this.url, error).message;
      process.stderr.write(`${words}\n`);
      return expectsAnswer ? failure(message.id ?? null, BRIDGE_ERROR, words) : undefined;
    }
  }

  /** Ends what is still open, and the session. */
  async close(): Promise<void> {
    this.closed.abort();
    await this.connection.end();
  }

  /** Undefined for a request that was cancelled: closing the connection cancels it at the gateway, too. */
  private async post(message: BridgeMessage, line: string): Promise<string | undefined> {
    const controller = new AbortController();
    if (message.id !== undefined) this.calls.set(message.id, controller);
    try {
      const ends = [controller.signal, this.closed.signal];
      const signal = AbortSignal.any(message.method === LISTEN ? ends : [...ends, AbortSignal.timeout(TIMEOUT_MS)]);
      const response = await this.connection.post(message, line, signal);
      const text = await lastOf(response);
      this.connection.answered(message, line, response, text);
      if (response.ok && text === '') return undefined;
      return oneLine(text) ?? failure(message.id ?? null, BRIDGE_ERROR, `${this.url} answered with status ${response.status}.`);
    } catch (error) {
      if (controller.signal.aborted || this.closed.signal.aborted) return undefined;
      throw error;
    } finally {
      if (message.id !== undefined) this.calls.delete(message.id);
    }
  }

  /** The session's own stream, opened again when it ends; a gateway without one says so with a status. */
  private async hearOfChanges(): Promise<void> {
    const { signal } = this.closed;
    for (let open = true; open && !signal.aborted;) {
      const response = await this.connection.stream(signal).catch(() => undefined);
      open = response?.ok ?? true;
      if (response?.ok) await lastOf(response).then(writeLine, () => undefined);
      await setTimeout(REOPEN_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The answer. What is streamed before it becomes lines as it comes. */
async function lastOf(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith(EVENTS)) return response.text();
  let last = '';
  for await (const message of eventMessages(response.body!)) {
    if (isAnswer(message)) last = message;
    else await writeLine(message);
  }
  return last;
}

const isAnswer = (message: string) => parsed(message)?.method === undefined;

/** At the pace of the reader: the gateway holds back, and at last cuts off, a client that does not read. */
async function writeLine(line: string | undefined): Promise<void> {
  if (!line || process.stdout.destroyed) return;
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

/** The answer as one line; undefined when it is not the gateway's JSON, such as a proxy's page. */
function oneLine(text: string): string | undefined {
  const value = parsed(text);
  return value && JSON.stringify(value);
}

const failure = (id: string | number | null, code: number, message: string) =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
