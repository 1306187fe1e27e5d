import { readClientSettings } from '../config/client-settings.js';
import { CliFailure } from './cli-failure.js';
import { restUrlOf, unreachable } from './gateway-address.js';
import { keptToken } from './login-store.js';

/** An answer as it travels: times are text. */
export type Wire<T> = T extends Date ? string : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;

/** How long an answer may take; statistics over a year are the slowest. */
const TIMEOUT_MS = 30_000;
const UNAUTHORIZED = 401;

/** The REST face of a gateway, as whoever logged in with `tallygate login`. */
export class GatewayRest {
  readonly url: string;

  constructor(address = readClientSettings().url) {
    this.url = restUrlOf(address);
  }

  get<T>(path: string, query: Record<string, string | number | boolean | undefined> = {}): Promise<Wire<T>> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
    return this.send('GET', text ? `${path}?${text}` : path);
  }

  post<T>(path: string, body?: object): Promise<Wire<T>> {
    return this.send('POST', path, body);
  }

  /** @throws CliFailure in the gateway's words, or when nothing answers. */
  private async send<T>(method: string, path: string, body?: object): Promise<Wire<T>> {
    const token = keptToken(this.url);
    const headers = { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(this.url + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw unreachable(this.url, error);
    });
    const answer = await json(response, this.url);
    if (response.ok) return answer as Wire<T>;
    throw this.refusal(response.status, answer, path);
  }

  private refusal(status: number, answer: unknown, path: string): CliFailure {
    const words = wordsOf(answer) ?? `The gateway answered with status ${status}.`;
    if (status !== UNAUTHORIZED || path.endsWith('/login')) return new CliFailure(words);
    return new CliFailure(
      `Not logged in at ${this.url}, or the login has expired: ${words}. Run: tallygate login --url ${this.url}`,
    );
  }
}

async function json(response: Response, url: string): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new CliFailure(`${url} does not answer like a Tallygate gateway (status ${response.status}). Is it the REST address?`);
  }
}

/** `detail` in its three forms: words, a list of field problems, a code with a message. */
function wordsOf(answer: unknown): string | undefined {
  const { detail } = (answer ?? {}) as { detail?: unknown };
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail))
    return (detail as { loc: unknown[]; msg: string }[]).map(({ loc, msg }) => `${loc.slice(1).join('.')}: ${msg}`).join('; ');
  const { message, code } = (detail ?? {}) as { message?: string; code?: string };
  return message ?? code;
}
