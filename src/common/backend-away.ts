/** Of the network. */
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE']);
/** PostgreSQL's manual, appendix A: connections that broke, resources (a full disk) and an operator or a crash in the way. */
const POSTGRES = /^(08|53|57P)/;
/** What the drivers say without a code: a connection broke, or could not be had or answer in time. */
const WORDS = /^(Connection terminated|Client has encountered a connection error|timeout e|Query read timeout)/;

/** Whether an error means that a database or another backend is away, so that trying again later may help. */
export function isBackendAway(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && code !== '') return NETWORK.has(code) || POSTGRES.test(code);
  return typeof message === 'string' && WORDS.test(message);
}
