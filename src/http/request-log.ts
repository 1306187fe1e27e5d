import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { pathOf, type IdentifiedRequest } from './request-id.js';

const logger = new Logger('Http');
/** Asked every few seconds by machines; of no interest unless they fail. */
const PROBES = new Set(['/livez', '/readyz', '/health', '/metrics']);

/** One line for every answered request. Stands behind `identifyRequest`. */
export function logRequest(request: Request, response: Response, next: NextFunction): void {
  const started = performance.now();
  response.once('close', () => {
    const fields = describe(request, response, performance.now() - started);
    if (fields.status >= 500) logger.warn(fields);
    else if (PROBES.has(fields.path)) logger.debug(fields);
    else logger.log(fields);
  });
  next();
}

function describe(request: Request, response: Response, elapsedMs: number) {
  const { method } = request;
  const path = pathOf(request);
  // 499, nginx's word for it: the caller left before the answer.
  const status = response.writableFinished ? response.statusCode : 499;
  const durationMs = Math.round(elapsedMs * 10) / 10;
  return { msg: `${method} ${path} ${status}`, requestId: (request as IdentifiedRequest).id, method, path, status, durationMs };
}
