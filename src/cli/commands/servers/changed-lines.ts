/** What of a definition was approved, and what it is now; JSON. */
interface Change {
  definition: object | null;
  approved_definition: object | null;
}

/**
 * A definition line by line: what was approved begins with `-`, what it is now with `+`, what is the same at both ends with neither.
 * Of what was never approved all is new.
 */
export function changedLines({ definition, approved_definition }: Change): string[] {
  const [before, now] = [linesOf(approved_definition), linesOf(definition)];
  const start = sameAtStart(before, now);
  const end = sameAtStart(before.slice(start).reverse(), now.slice(start).reverse());
  return [
    ...now.slice(0, start).map((line) => `  ${line}`),
    ...before.slice(start, before.length - end).map((line) => `- ${line}`),
    ...now.slice(start, now.length - end).map((line) => `+ ${line}`),
    ...now.slice(now.length - end).map((line) => `  ${line}`),
  ];
}

/** Signs that a terminal obeys or does not show, as text: a definition must not hide in them. */
export const shownLine = (line: string): string =>
  line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);

const linesOf = (definition: object | null): string[] =>
  definition === null ? [] : JSON.stringify(definition, null, 2).split('\n').map(shownLine);

function sameAtStart(one: readonly string[], other: readonly string[]): number {
  const different = one.findIndex((line, place) => line !== other[place]);
  return different < 0 ? one.length : different;
}
