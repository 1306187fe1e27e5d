import type { IncomingMessage } from 'node:http';
import type { ConfigValues } from '../config/app-config.js';
import type { Middleware } from './front-door.js';
import { pathOf } from './request-id.js';

const MIB = 1_048_576;
/**
 * Largest body of a request; what one request can hold in memory depends on it. More over MCP, where a tool's arguments may
 * be a document or an image. On REST bodies are forms: strangers send them to the login, and each field is validated.
 */
export const BODY_MAX_BYTES = { mcp: 4 * MIB, rest: MIB } as const;

/** Files come at the pace of their sender's line. */
const UPLOAD = /^\/api\/admin\/datasets\/[^/]+\/import$/;

/** Closes the connection of a body that does not arrive in time; for a port that takes uploads, which Node gives more time. */
export function bodyInTime({ request_timeout_seconds, upload_timeout_seconds }: ConfigValues['listeners']): Middleware {
  return (request, _, next) => {
    if (!hasBody(request)) return next();
    const seconds = UPLOAD.test(pathOf(request)) ? upload_timeout_seconds : request_timeout_seconds;
    const deadline = setTimeout(() => request.complete || request.socket.destroy(), seconds * 1_000);
    request.once('close', () => clearTimeout(deadline));
    next();
  };
}

/** Whether a request announces one. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
