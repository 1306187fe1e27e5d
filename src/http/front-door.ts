import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { loggerFor } from '../common/log-contexts.js';
import { Tally } from '../telemetry/tally.js';
import { UI_ROOT } from './ui-root.js';

const logger = loggerFor('Http');
/** The log is no place for what strangers send. */
const LOGGED_PATH_MAX_CHARS = 200;
/** Probes, which machines ask every few seconds, and tool calls, which are in the usage history, each under its request id. */
const ROUTINE = new Set(['/livez', '/readyz', '/health', '/metrics', '/tools/call', '/messages', '/mcp', '/']);

/** Files of the portal are so too. */
const isRoutine = (endpoint: string): boolean => ROUTINE.has(endpoint) || endpoint.startsWith(UI_ROOT);

/** Short, and without anything that could forge a header, a log line or markup. */
const HARMLESS = /^[\w.:+/=-]{1,64}$/;

const ABSOLUTE_FORM = /^https?:\/\/[^/]*/i;

/** A request with the name it has in answers and in the log. */
export interface IdentifiedRequest extends IncomingMessage {
  id: string;
  /** Says what is asked, where the path does not tell, e.g. `tools/call greet`. For the log. */
  operation?: () => string;
}

/** A step on the way of a request: one of Express, or called as a function. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** What both listeners of this process were asked, and how they answered. */
export const httpTraffic = {
  requests: 0,
  responses: new Tally('tallygate_http_responses_total', 'Answers of both listeners', ['code']),
};

/**
 * Where every request to either port comes in (`McpListener`, `configureRest`): names it, counts it, and writes one line into the log when it is over. That
 * of a routine request which went well is written at `debug` only, since it costs a third of what a tool call does. A probe that port
 * 8001 hands on has come in already.
 */
export const frontDoor: Middleware = (request, response, next) => {
  if ('id' in request) return next();
  const started = performance.now();
  const identified = request as IdentifiedRequest;
  identified.id = requestIdOf(request.headers);
  httpTraffic.requests += 1;
  response.on('close', () => over(identified, response, performance.now() - started));
  next();
};

function over(request: IdentifiedRequest, response: ServerResponse, elapsedMs: number): void {
  if (response.writableFinished) httpTraffic.responses.inc({ code: String(response.statusCode) });
  // 499, nginx's word for it: the caller left before the answer.
  const status = response.writableFinished ? response.statusCode : 499;
  const fields = () => describe(request, status, elapsedMs);
  if (status >= 500) logger.warn(fields());
  else if (status < 400 && isRoutine(endpointOf(request))) logger.debug(fields);
  else logger.log(fields());
}

function describe(request: IdentifiedRequest, status: number, elapsedMs: number) {
  const requestId = request.id;
  const operation = request.operation?.();
  const method = request.method!;
  const path = pathOf(request).slice(0, LOGGED_PATH_MAX_CHARS);
  const durationMs = Math.round(elapsedMs * 10) / 10;
  const msg = `${method} ${path} ${status}${operation === undefined ? '' : ` ${operation}`}`;
  return { msg, requestId, method, path, operation, status, durationMs };
}

/** A request's name: as its caller gave it in `X-Request-Id` when that is harmless, else a new one. */
export function requestIdOf({ 'x-request-id': given }: IncomingHttpHeaders): string {
  return typeof given === 'string' && HARMLESS.test(given) ? given : randomUUID();
}

/**
 * The path as it came in, without the query, which may carry secrets, and without the host that stands before it where a client
 * takes the gateway for a proxy (RFC 9112, "absolute-form"). Express shortens `url` on its way through routers.
 */
export function pathOf({ url, originalUrl = url! }: IncomingMessage & { originalUrl?: string }): string {
  const path = originalUrl.split('?', 1)[0]!;
  return path.startsWith('/') ? path : path.replace(ABSOLUTE_FORM, '') || '/';
}

/** The path without the slash that some clients put at its end: what both ports know an endpoint by. */
export function endpointOf(request: IncomingMessage): string {
  const path = pathOf(request);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
