import { mayBeForeignSecret } from '../../auth/access/credential.js';
import { hasTokenShape, parseToken } from '../keys/api-key-token.js';

/** How account keys begin, which are found by it. */
const ACCOUNT_KEY = 'mcp_';
/** Least bits by the frequencies of its characters; 22 random ones of base64 have some 90, 32 of hex 105. */
const BITS_MIN = 75;
/** What people write into secrets they make up, or in front of random ones; it adds nothing. */
const TELLTALE =
  /api|key|secret|passw[o0]rd|token|test|prod(uction)?|live|admin|company|change|default|example|demo|(19|20)\d\d|1234|abcd|qwert/gi;
/** Least share of its runs of three characters that are there once. */
const ONCE_MIN = 0.85;
/** Letters in a row that look like a word; random text has few of them. */
const WORD = /[A-Z]?[a-z]{4,}|[A-Z]{5,}/g;
const WORDS_MAX = 0.6;

/**
 * Whether a text may be a secret that somebody else made, e.g. Python's `secrets.token_urlsafe` (source 001). Not a login token, not a
 * key of ours that is mistyped, and nothing that would look like an account's key.
 */
export const isForeignSecret = (text: string): boolean =>
  mayBeForeignSecret(text) && !text.startsWith(ACCOUNT_KEY) && !hasTokenShape(text);

/**
 * Why a secret cannot become a key, in words for whoever brought it; undefined for one that can. A key is guessed against a fast hash,
 * so it must be random: what has few different characters, repeats itself, or is made of words is refused.
 */
export function weaknessOf(secret: string): string | undefined {
  if (parseToken(secret)?.prefix === 'sk-') return undefined; // of another gateway: as random as ours
  if (!isForeignSecret(secret))
    return 'must be 22 to 200 letters, digits, "-", "_", ".", "~", "+" or "/", and no key or token of a gateway';
  const isRandom =
    bitsOf(secret.replace(TELLTALE, '')) >= BITS_MIN &&
    shareOfTriplesOnce(secret) >= ONCE_MIN &&
    lettersInWords(secret) <= WORDS_MAX * secret.length;
  return isRandom ? undefined : 'can be guessed: it must be random, as "openssl rand -base64 32" makes it';
}

function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits + count * Math.log2(text.length / count), 0);
}

function shareOfTriplesOnce(text: string): number {
  const triples = Array.from({ length: text.length - 2 }, (_, at) => text.slice(at, at + 3));
  return new Set(triples).size / triples.length;
}

const lettersInWords = (text: string): number => [...text.matchAll(WORD)].reduce((sum, [word]) => sum + word.length, 0);
