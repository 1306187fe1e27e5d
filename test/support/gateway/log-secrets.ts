/** Keys of Tallygate, of both kinds, and login tokens, as they are; the log shows their first characters at most. */
const CREDENTIAL = /\b(sk-|mcp_)[0-9A-Za-z]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/;
const SECRET_FIELD = /^(\w+_)?(password|secret|secret_key|access_token|token|api_key)$/i;
/** Shorter ones would be found in innocent words. */
const SECRET_MIN = 8;

/** What a request, an answer or an environment holds that must not get into a log. */
export function secretsIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string') return SECRET_FIELD.test(name) && value.length >= SECRET_MIN ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => secretsIn(child, Array.isArray(value) ? name : key));
}

/** The log lines that give a secret away. */
export function leaksIn(log: string, secrets: Iterable<string>): string[] {
  const known = [...secrets];
  return log.split('\n').filter((line) => CREDENTIAL.test(line) || known.some((secret) => line.includes(secret)));
}
