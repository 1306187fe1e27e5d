// What draws nothing, or turns the direction of what follows: controls but tab and line feed, spaces of other widths, bidi
// controls, fillers, selectors, tags and private characters.
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00a0\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200a\u202f\u205f\u3000\u3164\u{fe00}-\u{fe0f}\uffa0\u{e0100}-\u{e01ef}]|[\ud800-\udfff]/gu;
const isLayout = (character: string): boolean => character === '\n' || character === '\t';

/** A text with what nobody would see of it written out, e.g. `⟦U+200B⟧`: a model reads all of it. */
export const plainText = (text: string): string => text.replace(UNSEEN, (one) => (isLayout(one) ? one : writtenOut(one)));

const writtenOut = (character: string): string => `⟦U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟧`;

const SPACES = /[ \t]{40,}/g;
const BLANK_LINES = /(?:[ \t]{0,39}\n){6,}/g;
const linesIn = (run: string): number => run.split('\n').length - 1;

/** With runs of spaces and blank lines counted, which would push what follows them out of sight. */
export const withoutGaps = (text: string): string =>
  text.replace(SPACES, (run) => ` ⟦${run.length} spaces⟧ `).replace(BLANK_LINES, (run) => `\n⟦${linesIn(run)} line breaks⟧\n`);
