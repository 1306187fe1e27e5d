/**
 * The one of these names that a mistyped one probably means: two letters may be wrong, and of a long name a third. Undefined where
 * none is near.
 * @param start how many letters at the beginning all have in common
 */
export function nearestName(mistyped: string, names: readonly string[], start = 0): string | undefined {
  const wanted = mistyped.slice(start);
  const distances = names.map((name) => ({ name, distance: distanceBetween(wanted, name.slice(start)) }));
  const [nearest] = distances.sort((a, b) => a.distance - b.distance);
  return nearest && nearest.distance <= Math.max(2, Math.floor(wanted.length / 3)) ? nearest.name : undefined;
}

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
