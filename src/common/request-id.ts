import type { NextFunction, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';

/** A request with the name it has in answers and in the log. */
export interface IdentifiedRequest extends Request {
  id: string;
}

/** Short, and without anything that could forge a header, a log line or markup. */
const HARMLESS = /^[\w.:+/=-]{1,64}$/;

/** Names a request: as its caller did in `X-Request-Id` when that is harmless, else anew. Sets the header on the answer. */
export function identifyRequest(request: Request, response: Response, next: NextFunction): void {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && HARMLESS.test(given) ? given : randomUUID();
  (request as IdentifiedRequest).id = id;
  response.setHeader('X-Request-Id', id);
  next();
}

/** The path as it came in, without the query, which may carry secrets. */
export const pathOf = ({ originalUrl }: Request): string => originalUrl.split('?', 1)[0]!;
