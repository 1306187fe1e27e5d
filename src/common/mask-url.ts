/** What stands in the place of a secret. */
export const MASK = '…';

const URL_IN_TEXT = /\b([a-z][a-z0-9+.-]{0,30}):\/\/([^\s/?#"'<>]*)([^\s?#"'<>]*)(\?[^\s#"'<>]*)?(#[^\s"'<>]*)?/gi;
const WORD = /[\w-]{16,}/g;
const PLACEHOLDERS = /(\$\{[^{}]*\})/;
const SECRET_NAME = /secret|pass|pwd|token|key|auth|credential|signature/i;

/** Whether a setting, an option, a variable or a parameter of this name holds a secret. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

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
  return text.replace(URL_IN_TEXT, (_, scheme: string, authority: string, path: string, query = '', fragment = '') => {
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
    const isFilledIn = /^=\$\{[^}]*\}$/.test(value);
    return `${mark}${name}${!isFilledIn && (isWeb || isSecretName(name)) ? `=${MASK}` : value}`;
  });
}
