/**
 * What makes a name a secret's wherever it stands, also run together with other words: `PGPASSWORD`, `clientSecretValue`. Looked for
 * in the name's words without what is between them.
 */
const ANYWHERE =
  /passw|passphrase|pwd|pswd|secret(?!ar)|token(?!i[sz])|credential|conn(ection)?str(ing)?$|signature|(seed|recovery|backup)(phrase|codes?)|(auth|authorization|access|security|verification|mfa|otp|pass)codes?$|(api|app|access|account|auth|client|consumer|deploy|encrypt(ion)?|hmac|licen[cs]e|master|private|service|session|sign(ing)?|ssh|subscription|webhook)keys?/;
/** The end of a name's last word that makes it a secret's: `DB_PASS`, `smtppass` and `stripekey`, but not `pass_through`. */
const SUFFIX = /(keys?|pass|pw|psw|auth|authorization|authentication|cookies?|jwts?|otp|psk|sessionid)$/;
/** The same of words that others end in as well: only the last word as a whole. */
const LAST = new Set(['bearer', 'pat', 'sig', 'sid', 'pin', 'pins', 'cvv', 'cvc', 'mnemonic']);
/** Words that only end like a secret's. */
const OTHER_WORDS =
  /^(co-?)?(bypass|compass|encompass|trespass|surpass|overpass|underpass|monkeys?|donkeys?|turkeys?|hockey|jockeys?|whiskey)$/;
/** Before `key`, also run together with it: what finds, sorts or names things. */
const HARMLESS_KEY =
  /^(public|primary|foreign|sort|partition|shard|routing|cache|group|order|unique|index|row|column|map|object|json|lookup|project|idempotency|hot|allowed|required|max)$/;
/** What a name may end in that changes nothing of what it is: `key_pem`, `keydata`, `auth_header`; or as a word: `DB_PASS_PROD`. */
const ADDITION =
  /(data|material|pem|value|text|string|code|headers?)$|^(der|hex|base|b|plain|prod|dev|test|staging|live|old|new|v)$/;
/** What is said about a secret by the first word of a name, or by its last, and is none itself: `max_tokens`, `password_file`. */
const ABOUT_FIRST = /^(max|min|num|count|has|is|use|uses|allow|require|enable)(_|$)/;
const ABOUT_LAST =
  /(^|_)(urls?|uri|endpoint|host|domain|realm|provider|file|path|dir|folder|name|user|username|email|type|kind|mode|scheme|prefix|algorithm|method|policy|version|hint|params?|parameter|ref|budget|count|limit|max|min|length|size|bits|bytes|enabled|required|issuer|audience|scopes?|ms|seconds?|minutes?|hours?|days?|ttl|age|timeout|expiry|(?<!auth_|authorization_)header)$/;
/** Between the words of snake_case, kebab-case and camelCase; a digit is no letter of a word: `api_key_2`. */
const BETWEEN_WORDS = /[^A-Za-z]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/;

/** What names have been read as: each line of the log has the same few. */
const KNOWN = new Map<string, boolean>();
const KNOWN_MAX = 1_000;
const KNOWN_LENGTH_MAX = 64;

/**
 * Whether a setting, an option, a variable, a header or a parameter of this name holds a secret. The one rule of it: what it says
 * is masked wherever values are shown. In order: a name that says something about a secret is none; then what is a secret's wherever
 * it stands; then what is one at the end of a name.
 */
export function isSecretName(name: string): boolean {
  const known = KNOWN.get(name);
  if (known !== undefined) return known;
  const isSecret = readName(name);
  if (KNOWN.size >= KNOWN_MAX) KNOWN.clear();
  if (name.length <= KNOWN_LENGTH_MAX) KNOWN.set(name, isSecret);
  return isSecret;
}

function readName(name: string): boolean {
  const words = wordsOf(name);
  if (isAbout(words)) return false;
  if (ANYWHERE.test(words.join(''))) return true;
  const rest = withoutAdditions(words);
  const last = rest.at(-1) ?? '';
  if (LAST.has(last)) return true;
  if (!SUFFIX.test(last) || OTHER_WORDS.test(last)) return false;
  return !/keys?$/.test(last) || !HARMLESS_KEY.test(last.replace(/keys?$/, '') || (rest.at(-2) ?? ''));
}

/** Whether a name says something about what it is with, such as how long, where or of which type that is: `token_url`, `email`. */
export const describesOther = (name: string): boolean => isAbout(wordsOf(name));

const wordsOf = (name: string) =>
  name
    .split(BETWEEN_WORDS)
    .filter(Boolean)
    .map((word) => word.toLowerCase());

function isAbout(words: string[]): boolean {
  const ends = [words[0] ?? '', words.slice(-2).join('_')] as const;
  return ABOUT_FIRST.test(ends[0]) || ABOUT_LAST.test(ends[1]) || words.includes('per');
}

/** The words without what `ADDITION` says; a name that is nothing else stays. */
function withoutAdditions(words: string[]): string[] {
  let count = words.length;
  while (count > 1 && words[count - 1]!.replace(ADDITION, '') === '') count -= 1;
  const rest = words.slice(0, count);
  return rest.map((word, n) => (n === count - 1 ? word.replace(ADDITION, '') : word));
}
