import { Injectable } from '@nestjs/common';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import proxyAddress from 'proxy-addr';
import { sendAnswer, type WholeAnswer } from '../../http/answer.js';
import { pathOf, type IdentifiedRequest } from '../../http/front-door.js';
import { HOW_TO_SEND_A_KEY } from '../../auth/access/credential.js';
import { AppConfig } from '../../config/app-config.js';
import { assertBatch, joinAnswers } from '../protocol/batch.js';
import { plainAddress } from '../../common/network/ip-address.js';
import { isTooDeep, JSON_DEPTH_MAX } from '../../common/json-text/json-depth.js';
import { itemsOf } from '../../common/json-text/json-members.js';
import { OriginRules } from '../../http/origin-rules.js';
import { textOf } from '../../http/request-body.js';
import { McpBodies } from '../access/mcp-bodies.service.js';
import { isBatch, textsIn, type MessageTexts } from '../../common/json-rpc/message-texts.js';
import { JSON_RPC, parseMessage } from '../protocol/json-rpc.js';
import type { SessionAction } from '../protocol/mcp-method.js';
import { McpDispatcher, type McpAnswer } from './mcp-dispatcher.js';
import { McpProtocolError } from '../protocol/mcp-error.js';
import { McpExchange } from '../context/mcp-exchange.js';
import { SESSION_HEADER } from '../sessions/mcp-sessions.service.js';
import { OpenStreams } from '../streams/open-streams.service.js';

/** Clients join a base URL and a path in all these ways, or are given the bare host. */
const ENDPOINT = /^\/{1,2}(messages|mcp)?\/?$/;
/** The same beside REST, to which the bare host belongs. */
const NAMED_ENDPOINT = /^\/{1,2}(messages|mcp)\/?$/;
/** Answered as on port 8000, by what answers there. */
const HEALTH = /^\/(health|livez|readyz)\/?$/;
/** What clients ask on their search for OAuth; a plain 404 that explains itself makes them use the configured key. */
const OAUTH_SEARCH = /\/\.well-known\/(oauth-|openid-configuration)|^\/(register|authorize|token)\/?$/;
/** What they POST all the same, with the code of an error they know: RFC 7591, section 3.2.2, and RFC 6749, section 5.2. */
const OAUTH_ERRORS = { register: 'invalid_client_metadata', token: 'unsupported_grant_type' };
/** Of a method or a tool. */
const NAME = /^[\w./:-]{1,128}$/;

/** HTTP framing of MCP, the same on both ports: paths, methods, origins, bodies, batches. */
@Injectable()
export class McpHttpRoutes {
  private readonly trusts: (address: string, hop: number) => boolean;
  private readonly origins: OriginRules;

  constructor(
    private readonly config: AppConfig,
    private readonly dispatcher: McpDispatcher,
    private readonly streams: OpenStreams,
    private readonly bodies: McpBodies,
  ) {
    this.trusts = proxyAddress.compile([...config.values.limits.trusted_proxies]);
    this.origins = new OriginRules(config, false);
  }

  /** Whether a request to the port of REST is one of MCP, or one of its clients looking for OAuth. */
  areMeantBy(request: IncomingMessage): boolean {
    const path = pathOf(request);
    return NAMED_ENDPOINT.test(path) || OAUTH_SEARCH.test(path);
  }

  /**
   * A page of another origin is refused and not only kept from reading: its name may be one that leads here (DNS rebinding).
   * @param health Answers `/health`, `/livez` and `/readyz`
   */
  serve(request: IdentifiedRequest, response: ServerResponse, health: RequestListener): void {
    const { method, headers } = request;
    const stranger = this.origins.refusal(request);
    if (stranger !== undefined) return sendAnswer(request, response, refusal(403, stranger));
    const route = () => this.route(request, response, health);
    if (headers.origin === undefined && method !== 'OPTIONS') return route();
    this.origins.crossOrigin(request, response, route);
  }

  private route(request: IdentifiedRequest, response: ServerResponse, health: RequestListener): void {
    const path = pathOf(request);
    if (HEALTH.test(path) && ['GET', 'HEAD'].includes(request.method!)) return health(request, response);
    if (!ENDPOINT.test(path)) return sendAnswer(request, response, notFound(request.method, path));
    if (request.method === 'POST') return void this.post(request, response);
    const action = this.sessionAction(request);
    if (action) return void this.onSession(action, request, response);
    sendAnswer(request, response, refusal(405, 'Method not allowed: send a POST', { Allow: 'POST, OPTIONS' }));
  }

  /** GET and DELETE exist for clients with a session only. */
  private sessionAction({ method, headers }: IdentifiedRequest): SessionAction | undefined {
    if (!this.config.values.mcp.sessions || headers[SESSION_HEADER] === undefined) return undefined;
    return method === 'GET' ? 'stream' : method === 'DELETE' ? 'end' : undefined;
  }

  private async onSession(action: SessionAction, request: IdentifiedRequest, response: ServerResponse): Promise<void> {
    const exchange = this.exchange(request, response);
    send(response, await this.dispatcher.session(action, exchange), exchange);
  }

  private exchange(request: IdentifiedRequest, response: ServerResponse): McpExchange {
    const isForwarded = request.headers['x-forwarded-for'] !== undefined;
    const address = plainAddress(isForwarded ? proxyAddress(request, this.trusts) : (request.socket.remoteAddress ?? ''));
    return new McpExchange(request, response, address, this.streams);
  }

  private async post(request: IdentifiedRequest, response: ServerResponse): Promise<void> {
    const exchange = this.exchange(request, response);
    let answer: McpAnswer;
    try {
      answer = await this.answer(textOf(await this.bodies.read(exchange)), exchange);
    } catch (error) {
      answer = this.dispatcher.failed(error, exchange.requestId);
    }
    send(response, answer, exchange);
  }

  private answer(json: string | undefined, exchange: McpExchange): McpAnswer | Promise<McpAnswer> {
    if (json === undefined) throw parseError('UTF-8');
    if (isTooDeep(json)) return this.tooDeep(json, exchange);
    const body = parseJson(json);
    exchange.request.operation = () => operationOf(body);
    if (Array.isArray(body)) return this.batch(body, json, exchange);
    const message = parseMessage(
      body,
      () => textsIn(json)[0],
      () => json,
    );
    return this.dispatcher.dispatch(message, exchange);
  }

  /** Nothing is made of it; a request is still answered under its id, without which its client would wait on. */
  private tooDeep(json: string, exchange: McpExchange): McpAnswer {
    const id = isBatch(json) ? undefined : textsIn(json)[0]?.id;
    const words = `Invalid params: the message is nested deeper than ${JSON_DEPTH_MAX} levels`;
    const error = new McpProtocolError(JSON_RPC.INVALID_PARAMS, words, id === undefined ? 400 : 200);
    return this.dispatcher.failed(error, exchange.requestId, id);
  }

  /** An array of messages, answered together. One that needs a key and has none refuses the whole batch. */
  private async batch(messages: unknown[], json: string, exchange: McpExchange): Promise<McpAnswer> {
    assertBatch(messages, exchange.headers['mcp-protocol-version']);
    exchange.beginBatch();
    let texts: MessageTexts[] | undefined;
    let items: string[] | undefined;
    const parsed = messages.map((message, place) =>
      parseMessage(
        message,
        () => (texts ??= textsIn(json))[place],
        () => (items ??= itemsOf(json))[place]!,
      ),
    );
    await this.dispatcher.admitBatch(parsed, exchange);
    const answers = await Promise.all(parsed.map((message) => this.dispatcher.dispatch(message, exchange)));
    const body = joinAnswers(answers.map((answer) => answer.body));
    return body === undefined ? { status: 202, headers: {} } : { status: 200, headers: {}, body };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw parseError('JSON');
  }
}

const parseError = (what: string) => new McpProtocolError(JSON_RPC.PARSE_ERROR, `Parse error: the body is not ${what}`, 400);

function send(response: ServerResponse, answer: McpAnswer, exchange: McpExchange): void {
  const { stream, request, responseHeaders } = exchange;
  const { status, body, headers } = answer;
  if (response.destroyed) return;
  if (stream) return stream.end(body);
  if (status === 200 && body !== undefined && exchange.answersAsEvent(body, headers)) return;
  sendAnswer(request, response, { ...answer, headers: { ...responseHeaders, ...answer.headers } });
}

/** What is asked, for the log. Names of methods and tools, unless they are none: the log is no place for what strangers send. */
function operationOf(body: unknown): string {
  if (Array.isArray(body)) return `batch of ${body.length}`;
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return [method, params?.name].filter((name) => typeof name === 'string' && NAME.test(name)).join(' ');
}

function notFound(method: string | undefined, path: string): WholeAnswer {
  const search = OAUTH_SEARCH.exec(path);
  if (!search) return refusal(404, 'Not found: the MCP endpoint is POST /messages');
  const known = method === 'POST' ? OAUTH_ERRORS[search[2] as keyof typeof OAUTH_ERRORS] : undefined;
  const body = { error: known ?? 'not_found', error_description: `This server does not use OAuth. ${HOW_TO_SEND_A_KEY}` };
  return { status: known ? 400 : 404, headers: { 'Cache-Control': 'no-store' }, body: JSON.stringify(body) };
}

function refusal(status: number, message: string, headers: Record<string, string> = {}): WholeAnswer {
  return { status, headers, body: JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message } }) };
}
