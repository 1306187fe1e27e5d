import { isSecretName } from './secret-name.js';

/** What stands in the place of a secret, wherever it is shown. */
export const MASK = '…';

const URL_IN_TEXT = /\b([a-z][a-z0-9+.-]{0,30}):\/\/([^\s/?#"'<>]*)([^\s?#"'<>]*)(\?[^\s#"'<>]*)?(#[^\s"'<>]*)?/gi;
const WORD = /[\w-]{16,}/g;
const PLACEHOLDERS = /(\$\{[^{}]*\})/;
/** Only a placeholder, and what a header has before its credential. */
const FILLED_IN = /^((Bearer|Basic|Token) )?\$\{[^{}]*\}$/i;
/** What holds `name=value`, from the character behind a space or a comma on, to the next. */
const WITH_VALUE = /(?<![^\s,;&"'<>])[^\s,;&"'<>]*=(?:"[^"]*"|'[^']*'|[^\s,;&"'<>])*/g;
const JSON_MEMBER = /"([\w.-]{1,64})"(\s?:\s?)"((?:[^"\\]|\\.)*)"/g;

/** A secret as it is shown: not at all, unless it is a placeholder, which says where the value comes from, and nothing of it. */
export const maskValue = (value: string): string => (FILLED_IN.test(value) ? value : MASK);

/** Any text fit to be shown: no secret in its URLs, and none that is named as one, `token=x` or `"token": "x"`. */
export const maskText = (text: string): string => {
  const masked = maskUrls(text).replace(WITH_VALUE, maskNamed);
  return masked.replace(JSON_MEMBER, (member, name: string, between: string, value: string) =>
    isSecretName(name) ? `"${name}"${between}"${maskValue(value)}"` : member,
  );
};

/** Of `a=token=x` the name is `token`: the word before a sign. */
function maskNamed(pair: string): string {
  const parts = pair.split('=');
  const at = parts.slice(0, -1).findIndex((part) => isSecretName(part.split(/[^\w.-]/).at(-1)!));
  return at < 0 ? pair : `${parts.slice(0, at + 1).join('=')}=${maskValue(parts.slice(at + 1).join('='))}`;
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
  return text.replace(URL_IN_TEXT, (url, scheme: string, authority: string, path: string, query = '', fragment = '') => {
    if (/^file$/i.test(scheme)) return url;
    const isWeb = /^(https?|wss?)$/i.test(scheme);
    const shown = [maskUser(authority, isWeb), maskTokens(path), maskQuery(query as string, isWeb), fragment && `#${MASK}`];
    return `${scheme}://${shown.join('')}`;
  });
}

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
