import { headerText } from '../../tools/catalog/parameter-header.js';
import { parsed, type BridgeMessage } from './bridge-message.js';
import { SaidOnce } from './session-replay.js';

export const EVENTS = 'text/event-stream';
const VERSION_META = 'io.modelcontextprotocol/protocolVersion';
/** MCP 2025-11-25, "Session Management": 404, it has ended. Where another replica keeps it, or kept it and is gone: 421. */
const SESSION_LOST: readonly number[] = [404, 421];
const RENEW_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 1_000;

/** A gateway's HTTP endpoint as one client of stdio uses it: the headers every request repeats, and the session, begun anew when it is lost. */
export class BridgeConnection {
  /** What the client asked for in `initialize`; HTTP wants it in a header from then on. */
  private version: string | undefined;
  /** Of a gateway that gives its clients one. */
  private session: string | undefined;
  private renewing: Promise<void> | undefined;
  private readonly said = new SaidOnce();

  constructor(
    private readonly url: string,
    private readonly apiKey: string | undefined,
  ) {}

  get hasSession(): boolean {
    return this.session !== undefined;
  }

  post(message: BridgeMessage, line: string, signal: AbortSignal): Promise<Response> {
    const send = () => fetch(this.url, { method: 'POST', headers: this.headersFor(message), body: line, signal });
    return mayMove(message) ? this.inSession(send) : send();
  }

  /** The session's own stream. */
  stream(signal: AbortSignal): Promise<Response> {
    return this.inSession(() => fetch(this.url, { headers: { ...this.headersFor({}), Accept: EVENTS }, signal }));
  }

  /** Takes note of a message and the answer it got. */
  answered(message: BridgeMessage, line: string, { ok, headers }: Response, answer: string): void {
    if (message.method === 'initialize') {
      this.version = versionOf(answer);
      this.session = headers.get('mcp-session-id') ?? undefined;
    }
    if (ok) this.said.remember(message, line);
  }

  /** Ends the session. */
  async end(): Promise<void> {
    if (!this.hasSession) return;
    const request = { method: 'DELETE', headers: this.headersFor({}), signal: AbortSignal.timeout(END_TIMEOUT_MS) };
    await fetch(this.url, request).catch(() => undefined);
  }

  /** Once more, in another session, where the gateway knows this one no longer. */
  private async inSession(send: () => Promise<Response>): Promise<Response> {
    const { session } = this;
    const response = await send();
    if (session === undefined || !SESSION_LOST.includes(response.status) || !(await this.renewed(session))) return response;
    await response.body?.cancel();
    return send();
  }

  /** Begins another session in place of the lost one, for all who miss it. Whether there is another now. */
  private async renewed(lost: string): Promise<boolean> {
    if (this.session === lost) this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
    await this.renewing;
    return this.session !== lost;
  }

  /** What the client said once is said again, without its notice. */
  private async renew(): Promise<void> {
    for (const line of this.said.lines()) {
      const message = parsed(line)!;
      const signal = AbortSignal.timeout(RENEW_TIMEOUT_MS);
      const response = await fetch(this.url, { method: 'POST', headers: this.headersFor(message), body: line, signal });
      const answer = await response.text();
      if (message.method !== 'initialize') continue;
      if (!response.ok) return;
      this.answered(message, line, response, answer);
    }
  }

  /** MCP over HTTP repeats in headers what is in the message: the version, and in 2026-07-28 method and name. */
  private headersFor({ method, params }: BridgeMessage): Record<string, string> {
    const modern = params?._meta?.[VERSION_META];
    const version = typeof modern === 'string' ? modern : this.version;
    const name = params?.name ?? params?.uri;
    return {
      'Content-Type': 'application/json',
      Accept: `application/json, ${EVENTS}`,
      ...(this.session !== undefined && method !== 'initialize' && modern === undefined && { 'Mcp-Session-Id': this.session }),
      ...(this.apiKey !== undefined && { 'X-API-Key': this.apiKey }),
      ...(version !== undefined && method !== 'initialize' && { 'MCP-Protocol-Version': version }),
      ...(modern !== undefined && method !== undefined && { 'Mcp-Method': headerText(method) }),
      ...(modern !== undefined && typeof name === 'string' && { 'Mcp-Name': headerText(name) }),
    };
  }
}

/** Whether it means the same in another session; an answer to a question does not, and modern messages have none. */
function mayMove(message: BridgeMessage): boolean {
  const { method, params } = message;
  const isReply = method === undefined && !Array.isArray(message);
  return !isReply && method !== 'initialize' && params?._meta?.[VERSION_META] === undefined;
}

const versionOf = (answer: string) =>
  (parsed(answer) as { result?: { protocolVersion?: string } } | undefined)?.result?.protocolVersion;
