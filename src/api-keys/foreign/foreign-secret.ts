import { mayBeForeignSecret } from '../../auth/access/credential.js';
import { hasTokenShape, parseToken } from '../keys/api-key-token.js';
import { alphabetOf, oddsOfPerson } from './likelihood.js';

/** How account keys begin, which are found by it. */
const ACCOUNT_KEY = 'mcp_';
/** Least bits if every character was drawn at random: a UUID has 122, the 20 characters behind a `sk_live_` 119. */
const BITS_MIN = 112;
/**
 * Most bits by which a person may be the likelier writer: chance gets beyond less than once in a thousand, people nearly always. In a long
 * secret something that looks like a word is found more often, so that a share of its bits may be so.
 */
const ODDS_MAX = 10;
const ODDS_SHARE = 1 / 16;
const NO_SECRET =
  'must be 22 to 200 letters, digits, "-", "_", ".", "~", "+" or "/", and neither a login token, nor an account key ("mcp_…"), ' +
  'nor a gateway\'s key with a typing error ("sk-…")';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** What people and programs write between the parts of a secret. */
const MARKS = /[-_.~+/]+/g;

/**
 * Whether a text may be a secret that somebody else made, e.g. Python's `secrets.token_urlsafe` (source 001). Not a login token, not a
 * key of ours that is mistyped, and nothing that would look like an account's key.
 */
export const isForeignSecret = (text: string): boolean =>
  mayBeForeignSecret(text) && !text.startsWith(ACCOUNT_KEY) && !hasTokenShape(text);

/**
 * Why a secret cannot become a key, in words for whoever brought it; undefined for one that can. A key is guessed against a fast hash,
 * so it must be long enough and look as if it was drawn at random, or at least all of it behind its name, as in `ghp_…`. That it was
 * drawn at random nobody can see: what has stood in a public place looks the same.
 */
export function weaknessOf(secret: string): string | undefined {
  if (parseToken(secret)?.prefix !== 'sk-' && !isForeignSecret(secret)) return NO_SECRET;
  return tailsOf(secret).some(isRandom) ? undefined : 'can be guessed: it must be random, as "openssl rand -base64 32" makes it';
}

/** The secret, and what is left of it behind each mark. */
function tailsOf(secret: string): string[] {
  const text = secret.replace(/=+$/, '');
  if (UUID.test(text)) return [text.replaceAll('-', '')];
  return [text, ...[...text.matchAll(MARKS)].map(({ index, 0: mark }) => text.slice(index + mark.length))];
}

function isRandom(text: string): boolean {
  const bits = text.length * Math.log2(alphabetOf(text));
  return bits >= BITS_MIN && oddsOfPerson(text) <= Math.max(ODDS_MAX, ODDS_SHARE * bits);
}
