import { exchangeLines } from '../common/line-exchange.js';
import { readClientSettings } from '../config/client-settings.js';
import { mcpUrlOf, unreachable } from './gateway-address.js';

/** As the gateway's own limit for a body. */
const LINE_MAX_BYTES = 4 * 1024 * 1024;
const IN_FLIGHT_MAX = 100;
/** Longer than the gateway lets any tool run. */
const TIMEOUT_MS = 660_000;
/** JSON-RPC: implementation-defined server error. */
const BRIDGE_ERROR = -32_000;
const PARSE_ERROR = -32_700;
const VERSION_META = 'io.modelcontextprotocol/protocolVersion';

interface Message {
  id?: string | number;
  method?: string;
  params?: { name?: unknown; uri?: unknown; protocolVersion?: unknown; requestId?: unknown; _meta?: Record<string, unknown> };
}

/** Takes each line to a gateway's HTTP endpoint and its answer back, until stdin ends. */
export async function runBridge(address: string, apiKey = readClientSettings().apiKey): Promise<void> {
  const bridge = new StdioBridge(mcpUrlOf(address), apiKey);
  await exchangeLines({
    input: process.stdin,
    output: process.stdout,
    lineMaxBytes: LINE_MAX_BYTES,
    inFlightMax: IN_FLIGHT_MAX,
    answer: (line) => bridge.answer(line),
  });
}

class StdioBridge {
  /** What the client asked for in `initialize`; HTTP wants it in a header from then on. */
  private version: string | undefined;
  private readonly calls = new Map<string | number, AbortController>();

  constructor(
    private readonly url: string,
    private readonly apiKey: string | undefined,
  ) {}

  /** Never rejects: a client that waits for an answer gets one. */
  async answer(line: string | null): Promise<string | undefined> {
    const message = line === null ? undefined : parsed(line);
    if (line === null || !message)
      return failure(null, PARSE_ERROR, 'Parse error: a line must be a JSON object, or a batch of them, of at most 4 MiB');
    // A batch (MCP 2025-03-26) goes as it is: its answer comes as one, or not at all when it has nothing but notifications.
    const expectsAnswer = message.id !== undefined || Array.isArray(message);
    if (message.method === 'notifications/cancelled') this.calls.get(message.params?.requestId as string)?.abort();
    try {
      const body = await this.post(message, line);
      return expectsAnswer ? body : undefined;
    } catch (error) {
      const words = unreachable(this.url, error).message;
      process.stderr.write(`${words}\n`);
      return expectsAnswer ? failure(message.id ?? null, BRIDGE_ERROR, words) : undefined;
    }
  }

  /** Undefined for a request that was cancelled: closing the connection cancels it at the gateway, too. */
  private async post(message: Message, line: string): Promise<string | undefined> {
    const controller = new AbortController();
    if (message.id !== undefined) this.calls.set(message.id, controller);
    try {
      const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const response = await fetch(this.url, { method: 'POST', headers: this.headersFor(message), body: line, signal });
      const text = await response.text();
      if (message.method === 'initialize') this.version = versionOf(text);
      if (response.ok && text === '') return undefined;
      return oneLine(text) ?? failure(message.id ?? null, BRIDGE_ERROR, `${this.url} answered with status ${response.status}.`);
    } catch (error) {
      if (controller.signal.aborted) return undefined;
      throw error;
    } finally {
      if (message.id !== undefined) this.calls.delete(message.id);
    }
  }

  /** MCP over HTTP repeats in headers what is in the message: the version, and in 2026-07-28 method and name. */
  private headersFor({ method, params }: Message): Record<string, string> {
    const modern = params?._meta?.[VERSION_META];
    const version = typeof modern === 'string' ? modern : this.version;
    const name = params?.name ?? params?.uri;
    return {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(this.apiKey !== undefined && { 'X-API-Key': this.apiKey }),
      ...(version !== undefined && method !== 'initialize' && { 'MCP-Protocol-Version': version }),
      ...(modern !== undefined && method !== undefined && { 'Mcp-Method': headerText(method) }),
      ...(modern !== undefined && typeof name === 'string' && { 'Mcp-Name': headerText(name) }),
    };
  }
}

function parsed(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

const versionOf = (answer: string) =>
  (parsed(answer) as { result?: { protocolVersion?: string } } | undefined)?.result?.protocolVersion;

/** The answer as one line; undefined when it is not the gateway's JSON, such as a proxy's page. */
function oneLine(text: string): string | undefined {
  const value = parsed(text);
  return value && JSON.stringify(value);
}

/** MCP 2026-07-28, "Value Encoding": what a header cannot carry goes as base64. */
const headerText = (text: string) => (/^[\x21-\x7e]+$/.test(text) ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`);

const failure = (id: string | number | null, code: number, message: string) =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
