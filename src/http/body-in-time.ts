import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { ConfigValues } from '../config/app-config.js';
import { pathOf } from './request-id.js';

/** Files come at the pace of their sender's line. */
const UPLOAD = /^\/api\/admin\/datasets\/[^/]+\/import$/;
/** How long a client that was answered early may go on sending before its connection is closed. */
const LINGER_MS = 2_000;

/** Closes the connection of a body that does not arrive: in time, or soon after the answer that did not wait for it. */
export function bodyInTime({ request_timeout_seconds, upload_timeout_seconds }: ConfigValues['listeners']): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    if (!hasBody(request)) return next();
    const seconds = UPLOAD.test(pathOf(request)) ? upload_timeout_seconds : request_timeout_seconds;
    let deadline = setTimeout(() => giveUp(request), seconds * 1_000);
    response.once('finish', () => {
      clearTimeout(deadline);
      if (!request.complete) deadline = setTimeout(() => giveUp(request), LINGER_MS);
    });
    request.once('close', () => clearTimeout(deadline));
    next();
  };
}

const giveUp = (request: Request): void => void (request.complete || request.socket.destroy());

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
