import { Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import proxyAddress from 'proxy-addr';
import { requestIdOf } from '../../http/request-id.js';
import { AppConfig } from '../../config/app-config.js';
import { assertBatch, joinAnswers } from '../protocol/batch.js';
import { readBody } from './http-body.js';
import { JSON_RPC, parseMessage } from '../protocol/json-rpc.js';
import type { SessionAction } from '../protocol/mcp-method.decorator.js';
import { McpDispatcher, type McpAnswer } from './mcp-dispatcher.js';
import { HOW_TO_SEND_A_KEY, McpProtocolError } from '../protocol/mcp-error.js';
import { McpHttpExchange } from './mcp-http.exchange.js';
import { SESSION_HEADER } from '../sessions/mcp-sessions.service.js';
import { OpenStreams } from '../streams/open-streams.service.js';

const ENDPOINTS = new Set(['/messages', '/mcp']);
/** What clients ask on their search for OAuth; a plain 404 that explains itself makes them use the configured key. */
const OAUTH_DISCOVERY = /^\/(\.well-known\/(oauth-|openid-configuration)|register$)/;
/** How long a client that was refused may go on sending before the connection is closed. */
const LINGER_MS = 2_000;

/** HTTP framing of port 8001: paths, methods, origins, bodies, batches. */
@Injectable()
export class McpHttpRoutes {
  private readonly trusts: (address: string, hop: number) => boolean;

  constructor(
    private readonly config: AppConfig,
    private readonly dispatcher: McpDispatcher,
    private readonly streams: OpenStreams,
  ) {
    this.trusts = proxyAddress.compile([...config.values.limits.trusted_proxies]);
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!.split('?', 1)[0]!;
    if (!ENDPOINTS.has(path)) return notFound(path, response);
    const origin = request.headers.origin;
    if (origin !== undefined && !this.allowOrigin(origin, response))
      return refuse(response, 403, 'Origin is not allowed; see GATEWAY_CORS_ORIGINS');
    if (request.method === 'OPTIONS') return preflight(response);
    if (request.method === 'POST') return void this.post(request, response);
    const action = this.sessionAction(request);
    if (action) return void this.onSession(action, request, response);
    refuse(response, 405, 'Method not allowed: send a POST', { Allow: 'POST, OPTIONS' });
  }

  /** GET and DELETE exist for clients with a session only. */
  private sessionAction({ method, headers }: IncomingMessage): SessionAction | undefined {
    if (!this.config.values.mcp.sessions || headers[SESSION_HEADER] === undefined) return undefined;
    return method === 'GET' ? 'stream' : method === 'DELETE' ? 'end' : undefined;
  }

  private async onSession(action: SessionAction, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = this.exchange(request, response);
    send(response, await this.dispatcher.session(action, exchange), exchange);
  }

  private exchange(request: IncomingMessage, response: ServerResponse): McpHttpExchange {
    const address = proxyAddress(request, this.trusts);
    return new McpHttpExchange(request, response, requestIdOf(request.headers), address, this.streams);
  }

  private async post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = this.exchange(request, response);
    let answer: McpAnswer;
    try {
      const body = parseJson(await readBody(request));
      answer = Array.isArray(body)
        ? await this.batch(body, exchange)
        : await this.dispatcher.dispatch(parseMessage(body), exchange);
    } catch (error) {
      answer = this.dispatcher.failed(error, null, exchange.requestId);
    }
    send(response, answer, exchange);
  }

  /** An array of messages, answered together. One that needs a key and has none refuses the whole batch. */
  private async batch(messages: unknown[], exchange: McpHttpExchange): Promise<McpAnswer> {
    assertBatch(messages, exchange.headers['mcp-protocol-version']);
    exchange.isBatch = true;
    const answers = await Promise.all(messages.map((message) => this.dispatcher.dispatch(parseMessage(message), exchange)));
    const refused = answers.find((answer) => answer.status === 401);
    if (refused) return refused;
    const body = joinAnswers(answers.map((answer) => answer.body));
    return body === undefined ? { status: 202, headers: {} } : { status: 200, headers: {}, body };
  }

  private allowOrigin(origin: string, response: ServerResponse): boolean {
    const allowed = this.config.corsOrigins;
    if (!allowed.includes('*') && !allowed.includes(origin)) return false;
    response.setHeader('Access-Control-Allow-Origin', allowed.includes('*') ? '*' : origin);
    response.setHeader(
      'Access-Control-Expose-Headers',
      'WWW-Authenticate, X-Request-Id, Retry-After, Mcp-Session-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset',
    );
    response.setHeader('Vary', 'Origin');
    return true;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new McpProtocolError(JSON_RPC.PARSE_ERROR, 'Parse error: the body is not JSON', 400);
  }
}

function send(response: ServerResponse, { status, headers, body }: McpAnswer, exchange: McpHttpExchange): void {
  if (response.destroyed) return;
  if (exchange.stream) return exchange.stream.end(body);
  const content: Record<string, string | number> =
    body === undefined
      ? { 'Content-Length': 0 }
      : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  const all = { 'X-Request-Id': exchange.requestId, ...exchange.responseHeaders, ...headers, ...content };
  if (exchange.request.complete) response.writeHead(status, all).end(body);
  else refuseUnread(exchange.request, response.writeHead(status, { ...all, Connection: 'close' }), body);
}

/**
 * Answers while the body is still arriving. Closing at once would reset the connection under a client that is busy
 * sending and has not read the answer yet; so the rest is read and thrown away, for a while.
 */
function refuseUnread(request: IncomingMessage, response: ServerResponse, body = ''): void {
  response.write(body);
  const close = () => {
    clearTimeout(deadline);
    response.end();
  };
  const deadline = setTimeout(close, LINGER_MS);
  request.once('end', close).resume();
}

function preflight(response: ServerResponse): void {
  response.writeHead(204, {
    'Access-Control-Allow-Methods': 'POST, GET, DELETE',
    'Access-Control-Allow-Headers':
      'Authorization, X-API-Key, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Idempotency-Key, Last-Event-ID, Mcp-Session-Id',
    'Access-Control-Max-Age': '86400',
  });
  response.end();
}

function notFound(path: string, response: ServerResponse): void {
  if (!OAUTH_DISCOVERY.test(path)) return refuse(response, 404, 'Not found: the MCP endpoint is POST /messages');
  const description = `This server does not use OAuth. ${HOW_TO_SEND_A_KEY}`;
  json(response, 404, { error: 'not_found', error_description: description });
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  json(response, status, { jsonrpc: '2.0', id: null, error: { code: -32000, message } }, headers);
}

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    .end(text);
}
