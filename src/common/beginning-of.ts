const MARK = '…';
const HIGH_SURROGATE_AT_END = /[\ud800-\udbff]$/;

/** A text of at most so many characters (UTF-16): one that is longer ends in `…`, and not within a character. */
export function beginningOf(text: string, most: number): string {
  if (text.length <= most) return text;
  return text.slice(0, most - MARK.length).replace(HIGH_SURROGATE_AT_END, '') + MARK;
}
