/** Words that make a name a secret's wherever they stand, also run together with others: `PGPASSWORD`, `clientSecretValue`. */
const ANYWHERE =
  /passw|passphrase|passcode|pwd|secret(?!ar)|token(?!i[sz])|credential|connectionstring|signature|(api|app|access|account|auth|client|consumer|deploy|encrypt(ion)?|hmac|licen[cs]e|master|private|service|session|sign(ing)?|ssh|subscription|webhook)keys?/;
/** Words that do so as the last of a name: `DB_PASS` is one, `pass_through` is none. */
const LAST = new Set([
  ...['key', 'keys', 'pass', 'auth', 'authorization', 'authentication', 'bearer', 'cookie', 'cookies', 'jwt', 'pat', 'sig'],
  ...['dbpass', 'sshpass', 'userpass', 'sessionid', 'sid'],
]);
/** Before `key`: one that finds, sorts or names things. */
const HARMLESS_KEYS = new Set([
  ...[
    'public',
    'primary',
    'foreign',
    'sort',
    'partition',
    'shard',
    'routing',
    'cache',
    'group',
    'order',
    'unique',
    'index',
    'row',
  ],
  ...['column', 'map', 'object', 'json', 'lookup', 'project', 'idempotency', 'hot', 'allowed', 'required'],
]);
/** What is said about a secret by the first word of a name, or by its last, and is none itself: `max_tokens`, `password_file`. */
const ABOUT_FIRST = new Set(['max', 'min', 'num', 'count', 'has', 'is']);
const ABOUT_LAST = new Set([
  ...['url', 'uri', 'endpoint', 'host', 'file', 'path', 'dir', 'folder', 'name', 'type', 'kind', 'prefix', 'algorithm', 'method'],
  ...['count', 'limit', 'max', 'min', 'length', 'size', 'bits', 'bytes', 'enabled', 'required', 'issuer', 'audience', 'scope'],
  ...['ms', 'second', 'seconds', 'minute', 'minutes', 'hour', 'hours', 'day', 'days', 'ttl', 'age', 'timeout', 'expiry'],
]);
/** Between the words of snake_case, kebab-case and camelCase; a digit is no letter of a word: `api_key_2`. */
const BETWEEN_WORDS = /[^A-Za-z]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/;

/**
 * Whether a setting, an option, a variable, a header or a parameter of this name holds a secret. The one rule of it: what it says
 * is masked wherever values are shown.
 */
export function isSecretName(name: string): boolean {
  const words = name.split(BETWEEN_WORDS).filter(Boolean);
  const [first = '', last = ''] = [words[0], words.at(-1)].map((word) => word?.toLowerCase());
  if (words.length > 1 && (ABOUT_FIRST.has(first) || ABOUT_LAST.has(last))) return false;
  if (ANYWHERE.test(words.join('').toLowerCase())) return true;
  if (!LAST.has(last)) return false;
  return !last.startsWith('key') || !HARMLESS_KEYS.has(words.at(-2)?.toLowerCase() ?? '');
}
