import { randomBytes } from 'node:crypto';

/** Where a user is told, and the secret by which they know that it is Tallygate that tells them. */
export interface AlertEndpoint {
  url: string;
  secret: string;
}

const SECRET_BYTES = 32;

/** A secret of Standard Webhooks. */
export const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

/**
 * What is wrong with a URL that a stranger gives, in words for them; undefined for nothing. Which address it leads to is judged apart, at
 * each connection (`NetworkRules`).
 */
export function endpointProblem(text: string): string | undefined {
  if (!/^https:\/\//i.test(text) || !URL.canParse(text)) return 'must be an https:// URL';
  const { username, password, hash } = new URL(text);
  if (username || password) return 'must not have a user or a password in it: notices are signed instead';
  return hash || text.endsWith('#') ? 'must not have anything behind "#", which is sent to nobody' : undefined;
}
