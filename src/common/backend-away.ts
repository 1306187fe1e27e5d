import { TallygateError } from './tallygate-error.js';

/** Of the network. */
const NETWORK = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE'],
  // A machine that is gone, and a name that leads nowhere until it leads to another one.
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]);
/** PostgreSQL's manual, appendix A: connections that broke, resources (a full disk), an operator or a crash in the way, and a server that takes no writes. */
const POSTGRES = /^(08|53|57P|25006$)/;
/** What the drivers say without a code: a connection broke, or could not be had or answer in time. */
const WORDS = /^(Connection terminated|Client has encountered a connection error|timeout e|Query read timeout)/;

/** Whether an error means that a database or another backend is away, so that trying again later may help. */
export function isBackendAway(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && code !== '') return NETWORK.has(code) || POSTGRES.test(code);
  return typeof message === 'string' && WORDS.test(message);
}

/** What callers are told of such an error, and that a second may help, as with every refusal for lack of a backend; undefined for any other. */
export function backendAway(error: unknown): TallygateError | undefined {
  if (!isBackendAway(error)) return undefined;
  const words = 'A backend of the gateway cannot be reached. Try again in a moment.';
  return new TallygateError('UNAVAILABLE', words, { retryAfterSeconds: 1, cause: error });
}
