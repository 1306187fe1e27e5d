import type { NextFunction, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request with the name it has in answers and in the log. */
export interface IdentifiedRequest extends Request {
  id: string;
}

/** Short, and without anything that could forge a header, a log line or markup. */
const HARMLESS = /^[\w.:+/=-]{1,64}$/;

/** A request's name: as its caller gave it in `X-Request-Id` when that is harmless, else a new one. */
export function requestIdOf({ 'x-request-id': given }: IncomingHttpHeaders): string {
  return typeof given === 'string' && HARMLESS.test(given) ? given : randomUUID();
}

/** Names a request and sets the header on its answer. */
export function identifyRequest(request: Request, response: Response, next: NextFunction): void {
  const id = requestIdOf(request.headers);
  (request as IdentifiedRequest).id = id;
  response.setHeader('X-Request-Id', id);
  next();
}

/** The path as it came in, without the query, which may carry secrets. */
export const pathOf = ({ originalUrl }: Request): string => originalUrl.split('?', 1)[0]!;
