import { GatewayError } from './gateway-error.js';
import { refusedAnswer } from './refused-answer.js';
import { retryDelayMs } from './retry-policy.js';

const TIMEOUT_DEFAULT_MS = 60_000;
const RETRIES_DEFAULT = 2;

/** Options of the connection to a gateway. */
export interface GatewayHttpOptions {
  /** Instead of the global one, e.g. for a proxy. */
  fetch?: typeof fetch;
  /** Time limit of one attempt in milliseconds; 60 000 by default. */
  timeoutMs?: number;
  /** How often a request that may be repeated is retried after 429 or 503; 2 by default. */
  retries?: number;
}

/** Options of a single request. */
export interface RequestOptions {
  /** Aborts the request, and the wait for its next attempt; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  timeoutMs?: number;
}

export interface GatewayRequest extends RequestOptions {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root of the gateway, e.g. `/tools/call`. */
  path: string;
  query?: object;
  json?: object;
  form?: Record<string, string>;
  /** Beside those of every request. */
  headers?: Record<string, string>;
  /** With it, even a request that changes something may be retried. */
  idempotencyKey?: string;
  /** Whether the body of a failure is returned like that of a success. */
  alsoAnswer?: (status: number, body: unknown) => boolean;
  /** Instead of the connection's. */
  fetch?: typeof fetch;
}

/** Requests to one gateway: encoding, credentials, time limits, retries, errors. Nothing here knows an endpoint. */
export class GatewayHttp {
  private readonly fetch: typeof fetch;
  private readonly timeoutMs: number;
  private readonly retries: number;

  constructor(
    /** Without a slash at the end. */
    private readonly url: string,
    /** Headers sent with every request; read each time, since a login changes them. */
    private readonly credentials: () => Record<string, string>,
    options: GatewayHttpOptions,
  ) {
    // Bound to the global object, without which browsers refuse to call it.
    this.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_DEFAULT_MS;
    this.retries = options.retries ?? RETRIES_DEFAULT;
  }

  /** @throws GatewayError, or the reason of `signal` when that aborted it */
  async send<Answer>(request: GatewayRequest): Promise<Answer> {
    return (await this.repeated(request, answerOf)) as Answer;
  }

  /**
   * The body of an answer, to be read as it comes, for as long as that takes; the time limit is for its beginning. Reading one that
   * breaks off fails.
   * @throws as `send`
   */
  open(request: GatewayRequest): Promise<ReadableStream<Uint8Array>> {
    return this.repeated(request, bodyOf);
  }

  private async repeated<Read>(request: GatewayRequest, read: Reader<Read>): Promise<Read> {
    const isRepeatable = request.method !== 'POST' || request.idempotencyKey !== undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.attempt(request, read);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        const delayMs = retryDelayMs({ error, attempt, retries: this.retries, isRepeatable }, Math.random());
        if (delayMs === undefined) throw error;
        await pause(delayMs, request.signal);
      }
    }
  }

  private async attempt<Read>(request: GatewayRequest, read: Reader<Read>): Promise<Read> {
    request.signal?.throwIfAborted();
    const timeoutMs = request.timeoutMs ?? this.timeoutMs;
    const late = new AbortController();
    const timeout = setTimeout(() => late.abort(), timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, late.signal]) : late.signal;
    try {
      const send = request.fetch ?? this.fetch;
      const response = await send(this.url + request.path + queryOf(request.query), this.init(request, signal));
      return await read(response, request);
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      request.signal?.throwIfAborted();
      throw late.signal.aborted ? timedOut(this.url, timeoutMs, error) : unreachable(this.url, error);
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Redirects are not followed: they could carry the credentials elsewhere. */
  private init({ method, json, form, idempotencyKey, headers: own }: GatewayRequest, signal: AbortSignal): RequestInit {
    const headers: Record<string, string> = { Accept: 'application/json', ...own, ...this.credentials() };
    if (idempotencyKey !== undefined) headers['Idempotency-Key'] = idempotencyKey;
    if (json) headers['Content-Type'] = 'application/json';
    const body = form ? new URLSearchParams(form) : json && JSON.stringify(json);
    return { method, headers, redirect: 'error', signal, ...(body !== undefined && { body }) };
  }
}

/** Takes what is wanted of an answer. */
type Reader<Read> = (response: Response, request: GatewayRequest) => Promise<Read>;

async function bodyOf(response: Response): Promise<ReadableStream<Uint8Array>> {
  if (!response.ok || !response.body) throw refusedAnswer(response, parsed(await response.text()));
  return response.body;
}

async function answerOf(response: Response, { alsoAnswer }: GatewayRequest): Promise<unknown> {
  const text = await response.text();
  const body = parsed(text);
  const isAnswer = response.ok || (body !== undefined && alsoAnswer?.(response.status, body));
  if (!isAnswer) throw refusedAnswer(response, body);
  if (text === '' || body !== undefined) return body;
  const words = 'The answer is not JSON. Is this the REST address of a Tallygate gateway?';
  throw new GatewayError(words, { status: response.status, errorCode: 'INVALID_ANSWER' });
}

/** Undefined for text that is not JSON; callers tell that from an answer. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a list each value under the name. */
function queryOf(query: object = {}): string {
  const parts = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one: unknown) => ({ name, one })));
  const given = parts.filter(({ one }) => one !== undefined && one !== null);
  const text = new URLSearchParams(given.map(({ name, one }): [string, string] => [name, String(one)])).toString();
  return text ? `?${text}` : '';
}

const timedOut = (url: string, timeoutMs: number, cause: unknown) =>
  new GatewayError(`${url} did not answer within ${timeoutMs} ms.`, { errorCode: 'TIMEOUT', cause });

const unreachable = (url: string, cause: unknown) =>
  new GatewayError(`${url} cannot be reached. Is the gateway running there?`, { errorCode: 'UNREACHABLE', cause });

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, delayMs);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}
