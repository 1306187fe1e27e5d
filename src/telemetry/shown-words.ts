import { beginningOf } from '../common/beginning-of.js';
import { maskText } from '../common/secrets/mask-text.js';
import { maskSecrets } from './mask-secrets.js';

const CHARS_MAX = 2_000;
/** What is masked of a longer text: enough that nothing of what is shown depends on the rest. */
const READ_MAX = 4 * CHARS_MAX;
/** What a terminal obeys, and what turns the order of what is read. */
const NO_TEXT = /[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * Words of a stranger, such as a server's error, as they may be kept, logged and shown: at most 2 000 characters, with secrets masked, and
 * in one line of nothing but text, which PostgreSQL can store and every parser of JSON can read.
 */
export function shownWords(text: string): string {
  const masked = maskSecrets(maskText(text.slice(0, READ_MAX)))
    .toWellFormed()
    .replace(NO_TEXT, ' ');
  return beginningOf(masked, CHARS_MAX);
}
