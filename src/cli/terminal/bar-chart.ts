export interface Bar {
  label: string;
  value: number;
}

/** Widest bar, in characters. */
const WIDTH = 40;
/** A bar can end in an eighth of a character. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** One line per bar, the widest for the largest value; a value above zero always shows at least a sliver. */
export function barChart(bars: readonly Bar[], colour: (bar: string) => string = (bar) => bar): string {
  const largest = Math.max(1, ...bars.map(({ value }) => value));
  const labelWidth = Math.max(0, ...bars.map(({ label }) => label.length));
  const lines = bars.map(({ label, value }) => {
    const bar = blocks((value / largest) * WIDTH);
    return `${label.padEnd(labelWidth)}  ${colour(bar)}${bar && ' '}${value}`;
  });
  return lines.join('\n');
}

function blocks(characters: number): string {
  if (characters <= 0) return '';
  const eighths = Math.max(1, Math.round(characters * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}
