import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { USER } from './engine-address.js';
import { EngineError } from './engine-error.js';
import { statementOf, type Statement } from './statement.js';

/** The gateway sends a few thousand rows at a time. */
const BODY_MAX_BYTES = 256 * 1024 * 1024;
/** Longer than the client keeps a connection that it does not use, so that it never writes into one that is being closed. */
const KEEP_ALIVE_MS = 60_000;
const AUTHENTICATION_FAILED = 516;
const NOT_IMPLEMENTED = 48;
const TOO_LARGE = 307;

/** Runs statements; `gone` fires when nobody waits for the answer any more. */
export interface Runner {
  run(statement: Statement, gone: AbortSignal): Promise<Uint8Array>;
}

/**
 * ClickHouse's HTTP interface, as far as `@clickhouse/client` uses it: `GET /ping`, and `POST /` with a statement, behind a
 * password. No sessions, no compression, no parts; these are refused.
 */
export function engineServer(runner: Runner, password: string): Server {
  const credentials = digest(`Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`);
  const server = createServer((request, response) => {
    void answer(request, response, runner, credentials).catch((error: unknown) => refuse(response, EngineError.of(error)));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0; // an import reads the file while it sends
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, runner: Runner, credentials: Buffer): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://engine');
  if (pathname === '/ping') return void response.end('Ok.\n');
  assertAllowed(request, credentials);
  assertPlain(request.headers);
  const statement = statementOf(searchParams, await bodyOf(request));
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const result = await runner.run(statement, gone.signal);
  response.writeHead(200, {
    'content-type': 'text/plain; charset=UTF-8',
    'x-clickhouse-query-id': searchParams.get('query_id') ?? '',
  });
  response.end(result);
}

function assertAllowed({ headers }: IncomingMessage, credentials: Buffer): void {
  if (timingSafeEqual(digest(headers.authorization ?? ''), credentials)) return;
  throw new EngineError(AUTHENTICATION_FAILED, 'AUTHENTICATION_FAILED', `${USER}: Authentication failed.`);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function assertPlain(headers: IncomingMessage['headers']): void {
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = headers;
  if (encoding === 'identity' && !type.startsWith('multipart/')) return;
  throw new EngineError(NOT_IMPLEMENTED, 'NOT_IMPLEMENTED', 'The embedded engine takes neither compressed bodies nor parts.');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_MAX_BYTES)
      throw new EngineError(TOO_LARGE, 'TOO_MANY_BYTES', `The body is longer than ${BODY_MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refuse(response: ServerResponse, error: EngineError): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  response.writeHead(error.status, {
    'content-type': 'text/plain; charset=UTF-8',
    'x-clickhouse-exception-code': String(error.code),
  });
  response.end(`${error.message}\n`);
}
