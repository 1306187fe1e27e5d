import { isSecretName } from './secret-name.js';

/** What stands in the place of a secret, wherever it is shown. */
export const MASK = '…';

/** The authority is all to its last `@`, as a password may hold quotes; without one it ends at a quote. The slashes may be JSON's `\/`. */
const URL_IN_TEXT =
  /:(?<=([a-z0-9+.-]{1,31}):)((?:\\{0,3}\/){2})((?:[^\s/?#]*@)?[^\s/?#"'<>]*)([^\s?#"'<>]*)(\?[^\s#"'<>]*)?(#[^\s"'<>]*)?/gi;
/** A text that is one URL as a whole is read as programs do, which take spaces in a password, and a web site's URL without slashes. */
const WHOLE_URL = /^(\s*(?:(?:https?|wss?|ftp):[\\/]*|[a-z][a-z0-9+.-]{0,30}:[\\/]{2,}))([^/?#]*)(?=@)/i;
const WORD = /[\w-]{16,}/g;
const PLACEHOLDERS = /(\$\{[^{}]*\})/;
/** Only a placeholder, and what a header has before its credential. */
const FILLED_IN = /^((Bearer|Basic|Token) )?\$\{[^{}]*\}$/i;
/** Under the name `auth` no secret, but how it is done. */
const WAY_OF_AUTH = /^(|none|off|no|false|true|disabled|optional|required|basic|bearer|digest|jwt|oauth2?|api_?key)$/i;
/** A name of how a caller proves who they are: a secret, or settings of which some are none. */
export const AUTH = /(^|[^a-z])(o?auth|authorization|authentication)$/i;
/** A name and the sign before its value, `token=`, `"token": `, `token: `; or an option and the space before it, `--token `. */
const NAME_AND_SIGN = /(?<![\w.-])(?:([\w.-]+)(\\{0,3}["']?[ \t]{0,3}[=:][ \t]{0,3})|(--?\w[\w.-]*)([ \t]{1,3}))/g;
/** Without one of these `NAME_AND_SIGN` finds nothing, at a fraction of its cost. */
const MAY_HAVE_NAMES = /[=:]|-\w/;
/** `Cookie: a=b; c=d`: all of the line. */
const WHOLE_LINE = /(cookie|authorization)$/i;
/** A value: in quotes, in brackets, or a word, in which a mark such as `&` is the end before a space, a next name, or nothing. */
const VALUE = new RegExp(
  [
    /\\+"[^"]*"?|"(?:[^"\\]|\\.)*["\\]?/,
    /'[^']*'?/,
    /[{[][^{}[\]]*[}\]]|[{[].*/,
    /(?:(?:Bearer|Basic|Token|Digest|ApiKey)[ \t]{1,3})?(?:\$\{[^{}\s]*\}|[^\s,;&"'<>)\]}]|[,;&"'<>)\]}](?![,;&"'<>)\]}]{0,7}(?:\s|$|\\?["']?[\w.-]{1,64}\\?["']?\s?[=:])))*/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'isy',
);
const LINE = /[^\r\n]*/y;
/** `-u me:s3cret`, as curl takes a user. */
const USER_OPTION = /(?<![^\s"'])(-u|--(?:proxy-)?user)([ \t=]{0,3}["']?[^\s:"']+):(?!…)[^\s"']+/g;

/** A secret as it is shown: not at all, unless it is a placeholder, which says where the value comes from, and nothing of it. */
export const maskValue = (value: string): string => (FILLED_IN.test(value) ? value : MASK);

/** The value of what has a secret's name; `auth: none` is no secret. */
export const maskNamed = (name: string, value: string): string =>
  AUTH.test(name) && WAY_OF_AUTH.test(value) ? value : maskValue(value);

/** Any text fit to be shown: no secret in its URLs, and none that is named as one: `token=x`, `"token": "x"`, `token: x`, `--token x`. */
export const maskText = (text: string): string => maskValuesOfNames(maskUrls(text).replace(USER_OPTION, `$1$2:${MASK}`));

/** Goes from name to name; of `a=token=x` the second is a secret's, and what is masked is not looked through again. */
function maskValuesOfNames(text: string): string {
  if (!MAY_HAVE_NAMES.test(text)) return text;
  const shown: string[] = [];
  let done = 0;
  for (const { index, 0: all, 1: named, 2: sign = '', 3: option = '' } of text.matchAll(NAME_AND_SIGN)) {
    const name = named ?? option;
    if (index < done || isProse(name, sign) || !isSecretName(name)) continue;
    const start = index + all.length;
    const value = valueAt(text, start, name);
    shown.push(text.slice(done, start), maskQuoted(name, value, /["']/.test(sign)));
    done = start + value.length;
  }
  return shown.join('') + text.slice(done);
}

/** "the key = value pairs" */
const isProse = (name: string, sign: string) => /^keys?$/i.test(name) && /^[ \t]|[ \t]$/.test(sign);

function valueAt(text: string, start: number, name: string): string {
  const isLine = WHOLE_LINE.test(name) && !/["'\\]/.test(text[start] ?? '');
  const pattern = isLine ? LINE : VALUE;
  pattern.lastIndex = start;
  return pattern.exec(text)![0];
}

/** @param isJson Whether the quotes stay. */
function maskQuoted(name: string, value: string, isJson: boolean): string {
  const quote = isJson ? /^\\*["']/.exec(value)?.[0] : undefined;
  if (quote !== undefined) return `${quote}${maskNamed(name, value.slice(quote.length, -quote.length))}${quote}`;
  return value === '' ? '' : maskNamed(name, value);
}

/** A word without meaning: long, of letters and digits, as random ones are; or longer than any word. */
function maskToken(word: string): string {
  const isRandom = /[0-9]/.test(word) && /[A-Za-z]/.test(word);
  return isRandom ? MASK : word.replace(/[A-Za-z0-9]{32,}/g, MASK);
}

/** Words that look like tokens, replaced; `${…}` is filled in later and stays. */
export function maskTokens(text: string): string {
  return text
    .split(PLACEHOLDERS)
    .map((part, n) => (n % 2 ? part : part.replace(WORD, maskToken)))
    .join('');
}

/**
 * The text with every URL in it fit to be shown: no password, no value of a query, nothing in the path that looks like a token. Of
 * a database's URL the user and harmless parameters stay.
 */
export function maskUrls(text: string): string {
  const isWhole = WHOLE_URL.exec(text);
  const begun = isWhole && !isFile(text) ? maskWhole(text, isWhole) : text;
  return begun.replace(
    URL_IN_TEXT,
    (url, scheme: string, slashes: string, authority: string, path: string, query = '', fragment = '') => {
      if (isFile(scheme)) return url;
      const rest = `${path}${query}${fragment}`;
      if (isTorn(authority) && rest.includes('@')) return `:${slashes}${MASK}${rest.slice(rest.lastIndexOf('@'))}`;
      const shown = [maskUser(authority, isWeb(scheme)), maskTokens(path), maskQuery(query as string, isWeb(scheme))];
      return `:${slashes}${shown.join('')}${fragment && `#${MASK}`}`;
    },
  );
}

const isWeb = (scheme: string) => /^(https?|wss?)$/i.test(scheme);

const isFile = (scheme: string) => /^file(:|$)/i.test(scheme);

function maskWhole(text: string, [, scheme, authority]: RegExpExecArray): string {
  const end = scheme!.length + authority!.length;
  return `${scheme}${maskUser(`${authority}@`, isWeb(scheme!.replace(/[:\\/]+$/, '').trim())).slice(0, -1)}${text.slice(end)}`;
}

/** An authority that ends in something else than a port: a `/`, `?` or `#` in a password ended it too early. */
const isTorn = (authority: string) => /^:|:\d*[^\d,]/.test(authority.replace(/\$\{[^{}]*\}|\[[^\]]*\]/g, '0'));

/** A user of a web site may be a token: `https://TOKEN:x-oauth-basic@host`. */
function maskUser(authority: string, isWeb: boolean): string {
  const at = authority.lastIndexOf('@');
  if (at < 0) return authority;
  const [user = '', password] = authority.slice(0, at).split(/:(.*)/s);
  const shown = isWeb ? MASK : `${user}${password === undefined ? '' : `:${MASK}`}`;
  return `${shown}${authority.slice(at)}`;
}

function maskQuery(query: string, isWeb: boolean): string {
  return query.replace(/([?&;])([^=&;]*)(=[^&;]*)?/g, (_, mark: string, name: string, value?: string) => {
    if (value === undefined) return mark + maskTokens(name);
    const isSecret = isWeb || isSecretName(name) || name.includes('%');
    return `${mark}${name}=${isSecret ? maskValue(value.slice(1)) : value.slice(1)}`;
  });
}
