/** Whether all words of what is looked for are in a text, in any order. */
export function matches(text: string, wanted: string): boolean {
  const inText = text.toLowerCase();
  return wordsOf(wanted).every((word) => inText.includes(word));
}

/** Those that match, the ones first whose title begins with what is looked for; otherwise in their own order. */
export function matching<One extends { title: string; words?: string }>(all: readonly One[], wanted: string): One[] {
  const found = all.filter(({ title, words = '' }) => matches(`${title} ${words}`, wanted));
  const start = wanted.trim().toLowerCase();
  const isFirst = ({ title }: One) => title.toLowerCase().startsWith(start);
  return [...found.filter(isFirst), ...found.filter((one) => !isFirst(one))];
}

const wordsOf = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean);
