/** What is kept of what a program has written, and what is shown of it. */
const KEPT_CHARS = 4_000;
const SHOWN_LINES = 5;
const SHOWN_CHARS = 600;
/** Where a program failed is for its authors: a line of source above its mark, stack frames, the place Node begins with, its version. */
const SOURCE_LINE = /^.*\n\s*\^+ *\n/gm;
const NOT_FOR_OPERATORS = /^(at .*|Node\.js v\S+|(node:|file:|\/|\[eval\])\S*:\d+|\}|)$/;

/** The end of what a program has written beside its answers, which says why it does not work. */
export class LastWords {
  private kept = '';

  hear(text: string): void {
    this.kept += text;
    // Whole lines only, since half a secret is not recognised as one.
    if (this.kept.length > KEPT_CHARS) this.kept = this.kept.slice(-KEPT_CHARS).replace(/^[^\n]*\n/, '');
  }

  /** Its last lines, as one; empty when there is nothing to say. @param mask hides secrets */
  text(mask: (text: string) => string): string {
    const lines = mask(this.kept)
      .replace(SOURCE_LINE, '')
      .split('\n')
      .map((line) => line.trim());
    const shown = lines
      .filter((line) => !NOT_FOR_OPERATORS.test(line))
      .slice(-SHOWN_LINES)
      .join(' | ');
    return shown.length > SHOWN_CHARS ? `…${shown.slice(-SHOWN_CHARS)}` : shown;
  }
}
