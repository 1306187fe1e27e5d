import { itemsOf, membersOf, textAt, withMembers } from '../../../../src/common/json-text/json-members.js';
import type { Line, OpenLine } from './lines.js';

/** The revision that this client speaks to servers with sessions, and the one to those without. */
const [LEGACY, MODERN] = ['2025-11-25', '2026-07-28'];
const META = 'io.modelcontextprotocol/';
const ANSWER_MS = 30_000;

/** What this client answers to a server that asks, by method. */
const REPLIES: Readonly<Record<string, string>> = {
  'elicitation/create': '{"action":"accept","content":{"name":"Ada","ready":true,"age":36}}',
  'sampling/createMessage':
    '{"role":"assistant","content":{"type":"text","text":"Hello."},"model":"none","stopReason":"endTurn"}',
  'roots/list': '{"roots":[]}',
};

/** The text of an answer's `result` or `error`, and of what came beside it. */
export interface RawAnswer {
  result?: string | undefined;
  error?: string | undefined;
}

/** A message that is no answer: a notification, or a question that this client replied to. Its `params`, as they came. */
export interface Heard {
  method: string;
  params: string;
}

/**
 * A client of raw JSON-RPC, which keeps every message as the text it came in: for a server itself, and for the same server through a
 * gateway. It can be asked (elicitation, sampling, and over HTTP roots).
 */
export class DirectServer {
  readonly heard: Heard[] = [];
  /** The revision that is spoken. */
  revision = LEGACY!;
  private readonly waiting = new Map<number, (answer: RawAnswer) => void>();
  private readonly capabilities: object;
  private readonly line: Line;
  private lastId = 0;

  private constructor(open: OpenLine, isHttp: boolean) {
    this.line = open((text) => void this.take(text));
    this.capabilities = {
      elicitation: { form: {}, url: {} },
      sampling: { context: {}, tools: {} },
      ...(isHttp && { roots: {} }),
    };
  }

  /** @param isHttp What the gateway can do for a server depends on it, see docs/servers.md. @param revision Else the newest it knows */
  static async connect(open: OpenLine, isHttp: boolean, revision?: string): Promise<DirectServer> {
    const server = new DirectServer(open, isHttp);
    if (revision !== LEGACY && (await server.isModern())) return server;
    server.revision = LEGACY!;
    await server.initialize();
    return server;
  }

  /** Sends a request, its parameters as JSON, and gives its answer. */
  async request(method: string, params = '{}'): Promise<RawAnswer> {
    const id = this.send(method, params);
    const late = AbortSignal.timeout(ANSWER_MS);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, resolve);
      late.addEventListener('abort', () => reject(new Error(`no answer to ${method} ${params}`)), { once: true });
    });
  }

  /** Sends a request, and gives its id. */
  send(method: string, params: string): number {
    const id = (this.lastId += 1);
    const isModern = this.revision === MODERN;
    const sent = isModern ? withMembers(params, { _meta: this.envelope(textAt(['_meta'], params)) }) : params;
    const { name, uri } = JSON.parse(params) as Record<string, string>;
    const text = `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${sent}}`;
    void this.write(text, isModern ? named(method, name ?? uri) : {});
    return id;
  }

  /** Has nobody wait for this answer any more: without a session, that is said by going. */
  cancel(id: number): Promise<unknown> {
    if (this.revision === MODERN) return this.close();
    return this.notify('notifications/cancelled', `{"requestId":${id},"reason":"no longer wanted"}`);
  }

  /** All entries of a list, each as its text. @param member of the answer that they are in */
  async list(method: string, member: string): Promise<{ entries: string[]; error?: string }> {
    const { result, error } = await this.request(method);
    if (result === undefined) return { entries: [], error: error! };
    if (textAt(['nextCursor'], result) !== undefined) throw new Error(`${method}: more than a page`);
    return { entries: itemsOf(textAt([member], result) ?? '[]') };
  }

  async close(): Promise<void> {
    await this.line.close();
  }

  private async isModern(): Promise<boolean> {
    this.revision = MODERN!;
    const { result = '{}' } = await this.request('server/discover');
    return (textAt(['supportedVersions'], result) ?? '').includes(MODERN!);
  }

  private async initialize(): Promise<void> {
    const clientInfo = { name: 'direct', version: '1' };
    const params = { protocolVersion: LEGACY, capabilities: this.capabilities, clientInfo };
    const { result, error } = await this.request('initialize', JSON.stringify(params));
    if (result === undefined) throw new Error(`initialize: ${error}`);
    this.revision = (JSON.parse(result) as { protocolVersion: string }).protocolVersion;
    await this.notify('notifications/initialized', '{}');
    this.line.listen?.();
  }

  private notify(method: string, params: string): Promise<unknown> {
    return this.write(`{"jsonrpc":"2.0","method":"${method}","params":${params}}`);
  }

  /** What cannot be sent is not answered either, which fails the request. */
  private write(text: string, headers: Record<string, string> = {}): Promise<unknown> {
    return this.line.send(text, { 'mcp-protocol-version': this.revision, ...headers }).catch(() => undefined);
  }

  private take(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    const members = membersOf(text);
    const { id, method } = message;
    if (typeof method !== 'string') {
      // Without an id of ours: the server could not take the request, the last that was sent.
      (this.waiting.get(Number(id)) ?? this.waiting.get(this.lastId))?.({
        result: members.get('result'),
        error: members.get('error'),
      });
      return;
    }
    this.heard.push({ method, params: members.get('params') ?? '' });
    if (id === undefined) return;
    const reply = REPLIES[method] ? `"result":${REPLIES[method]}` : '"error":{"code":-32601,"message":"Method not found"}';
    void this.write(`{"jsonrpc":"2.0","id":${members.get('id')},${reply}}`);
  }

  private envelope(meta = '{}'): string {
    return withMembers(meta, {
      [`${META}protocolVersion`]: JSON.stringify(MODERN),
      [`${META}clientInfo`]: '{"name":"direct","version":"1"}',
      [`${META}clientCapabilities`]: JSON.stringify(this.capabilities),
    });
  }
}

const named = (method: string, name: string | undefined): Record<string, string> => ({
  'mcp-method': method,
  ...(name !== undefined && { 'mcp-name': name }),
});
