import { itemsOf, membersOf } from '../../../common/json-text/json-members.js';

/** What of a definition was approved, and what it is now; JSON as the gateway has it, since a number may have more digits than JavaScript. */
interface Change {
  definition: string | null;
  approved_definition: string | null;
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
  line.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`,
  );

const linesOf = (definition: string | null): string[] => (definition === null ? [] : laidOut(definition).map(shownLine));

/** As `JSON.stringify` does it with two spaces, but for numbers, which stay as they are written, and the order of members. */
function laidOut(json: string): string[] {
  if (json.startsWith('{')) {
    const members = [...membersOf(json)].map(([name, member]) => named(name, laidOut(member)));
    return block('{', members, '}');
  }
  if (json.startsWith('[')) return block('[', itemsOf(json).map(laidOut), ']');
  return [json.startsWith('"') ? JSON.stringify(JSON.parse(json)) : json];
}

const named = (name: string, [first, ...others]: string[]): string[] => [`${JSON.stringify(name)}: ${first}`, ...others];

function block(open: string, parts: readonly string[][], close: string): string[] {
  if (parts.length === 0) return [open + close];
  const lines = parts.flatMap((part, place) => (place < parts.length - 1 ? part.with(-1, `${part.at(-1)},`) : part));
  return [open, ...lines.map((line) => `  ${line}`), close];
}

function sameAtStart(one: readonly string[], other: readonly string[]): number {
  const different = one.findIndex((line, place) => line !== other[place]);
  return different < 0 ? one.length : different;
}
