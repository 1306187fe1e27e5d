import { request, type Dispatcher } from 'undici';
import { headerText, NAME_PARAMETER } from '../../common/mcp-header.js';
import { SaidOnce, type BridgeMessage } from './session-replay.js';

export const EVENTS = 'text/event-stream';
const VERSION_META = 'io.modelcontextprotocol/protocolVersion';
/** MCP 2025-11-25, "Session Management": 404, it has ended. Where another replica keeps it, or kept it and is gone: 421. */
const SESSION_LOST: readonly number[] = [404, 421];
const RENEW_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 1_000;

/** Where a bridge leads to. */
export interface BridgedGateway {
  /** Of its MCP endpoint. @throws CliFailure when there is none. */
  url(): Promise<string>;
  /** Looks for it anew, when nothing listens at this URL any more. Whether it is at another now. */
  findAgain(lost: string): Promise<boolean>;
  /** The bridge needs it no longer. */
  stop(): Promise<void>;
}

type Question = Pick<Dispatcher.RequestOptions, 'method' | 'body'> & { headers: Record<string, string>; signal: AbortSignal };

/** What the gateway answered, its body not read yet. */
export interface Answer {
  status: number;
  isOk: boolean;
  headers: Dispatcher.ResponseData['headers'];
  body: Dispatcher.ResponseData['body'];
}

/** Not `fetch`, which takes four times the CPU. Who asks says how long it may take: a stream may be silent for long. */
async function send(url: string, question: Question): Promise<Answer> {
  const { statusCode, headers, body } = await request(url, { ...question, headersTimeout: 0, bodyTimeout: 0 });
  return { status: statusCode, isOk: statusCode >= 200 && statusCode < 300, headers, body };
}

/** A gateway's HTTP endpoint as one client of stdio uses it: the headers every request repeats, and the session, begun anew when it is lost. */
export class BridgeConnection {
  /** What the client asked for in `initialize`; HTTP wants it in a header from then on. */
  private version: string | undefined;
  /** Of a gateway that gives its clients one. */
  private session: string | undefined;
  private renewing: Promise<void> | undefined;
  private readonly said = new SaidOnce();

  constructor(
    private readonly gateway: BridgedGateway,
    private readonly apiKey: string | undefined,
  ) {}

  get hasSession(): boolean {
    return this.session !== undefined;
  }

  post(message: BridgeMessage, line: string, signal: AbortSignal): Promise<Answer> {
    const send = () => this.fetch(() => ({ method: 'POST', headers: this.headersFor(message), body: line, signal }));
    return mayMove(message) ? this.inSession(send) : send();
  }

  /** The session's own stream. */
  stream(signal: AbortSignal): Promise<Answer> {
    const headers = () => ({ ...this.headersFor({}), Accept: EVENTS });
    return this.inSession(() => this.fetch(() => ({ method: 'GET', headers: headers(), signal })));
  }

  /** Takes note of a message and the answer it got. */
  answered(message: BridgeMessage, line: string, { isOk, headers }: Answer, answer: string): void {
    if (message.method === 'initialize') {
      this.version = versionOf(answer);
      this.session = headers['mcp-session-id'] as string | undefined;
    }
    if (isOk) this.said.remember(message, line);
  }

  /** Ends the session. */
  async end(): Promise<void> {
    if (!this.hasSession) return;
    const signal = AbortSignal.timeout(END_TIMEOUT_MS);
    const answer = send(await this.gateway.url(), { method: 'DELETE', headers: this.headersFor({}), signal });
    await answer.then(({ body }) => body.dump()).catch(() => undefined);
  }

  /** Where nothing listens nothing has been done, so it can be sent to the gateway that took its place. */
  private async fetch(question: () => Question): Promise<Answer> {
    const url = await this.gateway.url();
    try {
      return await send(url, question());
    } catch (error) {
      if (!isRefused(error) || !(await this.gateway.findAgain(url))) throw error;
      return send(await this.gateway.url(), question());
    }
  }

  /** Once more, in another session, where the gateway knows this one no longer. */
  private async inSession(send: () => Promise<Answer>): Promise<Answer> {
    const { session } = this;
    const response = await send();
    if (session === undefined || !SESSION_LOST.includes(response.status) || !(await this.renewed(session))) return response;
    await response.body.dump();
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
      const response = await this.fetch(() => ({ method: 'POST', headers: this.headersFor(message), body: line, signal }));
      const answer = await response.body.text();
      if (message.method !== 'initialize') continue;
      if (!response.isOk) return;
      this.answered(message, line, response, answer);
    }
  }

  /** MCP over HTTP repeats in headers what is in the message: the version, and in 2026-07-28 method and name. */
  private headersFor({ method, params }: BridgeMessage): Record<string, string> {
    const modern = params?._meta?.[VERSION_META];
    const version = typeof modern === 'string' ? modern : this.version;
    const name = params?.[NAME_PARAMETER[method ?? ''] ?? ''];
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

/** A message or a batch, also behind a byte order mark; undefined for what is no JSON. What is JSON and neither has nothing that a bridge looks into. */
export function parsed(line: string): BridgeMessage | undefined {
  try {
    const value: unknown = JSON.parse(line.replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null ? (value as BridgeMessage) : {};
  } catch {
    return undefined;
  }
}

const isRefused = (error: unknown): boolean => {
  const { code, errors } = error as { code?: string; errors?: { code?: string }[] };
  return code === 'ECONNREFUSED' || errors?.[0]?.code === 'ECONNREFUSED';
};
