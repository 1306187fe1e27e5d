/** Nobody means one of ours by anything longer, and the distance takes time. */
const NAME_MAX = 64;

/**
 * The one of these names that a mistyped one probably means: two letters may be wrong, and of a long name a third. Undefined where
 * none is near.
 * @param start how many letters at the beginning all have in common
 */
export function nearestName(mistyped: string, names: readonly string[], start = 0): string | undefined {
  const wanted = mistyped.slice(start);
  if (wanted.length > NAME_MAX) return undefined;
  const distances = names.map((name) => ({ name, distance: distanceBetween(wanted, name.slice(start)) }));
  const [nearest] = distances.sort((a, b) => a.distance - b.distance);
  return nearest && nearest.distance <= Math.max(2, Math.floor(wanted.length / 3)) ? nearest.name : undefined;
}

/**
 * The one of these names that is meant by one there is not: the nearest by its letters, or the only one that goes on where it ends or
 * begins before it, such as `key_name` for `name`. Undefined where there is no such.
 */
export function relatedName(unknown: string, names: readonly string[]): string | undefined {
  const letters = (name: string) => Math.max(name.length, unknown.length);
  const spelt = nearestName(unknown, names);
  // Of short names everything is near.
  if (spelt !== undefined && distanceBetween(unknown, spelt) * 2 <= letters(spelt)) return spelt;
  const related = names.filter((name) => isPart(unknown, name) || isPart(name, unknown));
  return related.length === 1 ? related[0] : undefined;
}

const isPart = (part: string, whole: string): boolean =>
  part !== '' && (whole.startsWith(`${part}_`) || whole.endsWith(`_${part}`));

/** How many letters have to be put in, left out or replaced (Levenshtein's distance). */
function distanceBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
