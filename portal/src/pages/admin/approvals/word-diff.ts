/** A run of words that both texts have, or only one of them. */
export interface Piece {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

/** Of each text, in words; what is longer is compared as far as this and then shown whole as changed. */
const MOST_WORDS = 2_000;
/** How far the texts may be apart: the work grows with the words times this. */
const MOST_EDITS = 300;

const wordsOf = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

/** What became of a text, word by word: Myers' algorithm, between the beginning and the end that both have. */
export function wordDiff(before: string, after: string): Piece[] {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  const head = commonLength(old, now);
  const tail = commonLength(old.slice(head).reverse(), now.slice(head).reverse());
  const middle = compared(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  return joined([...same(old.slice(0, head)), ...middle, ...same(old.slice(old.length - tail))]);
}

function commonLength(old: readonly string[], now: readonly string[]): number {
  const differs = old.findIndex((word, at) => word !== now[at]);
  return differs === -1 ? old.length : differs;
}

function compared(old: readonly string[], now: readonly string[]): Piece[] {
  const isLong = old.length > MOST_WORDS || now.length > MOST_WORDS;
  const steps = isLong ? undefined : shortestEdit(old, now);
  return steps ? walkedBack(old, now, steps) : [...pieces('gone', old), ...pieces('new', now)];
}

/** For each number of edits the furthest place in `old` on each diagonal; undefined where the texts are too far apart. */
function shortestEdit(old: readonly string[], now: readonly string[]): Map<number, number>[] | undefined {
  const furthest = new Map([[1, 0]]);
  const steps: Map<number, number>[] = [];
  for (let edits = 0; edits <= MOST_EDITS; edits++) {
    steps.push(new Map(furthest));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let at = isDown(furthest, diagonal, edits) ? furthest.get(diagonal + 1)! : furthest.get(diagonal - 1)! + 1;
      while (at < old.length && at - diagonal < now.length && old[at] === now[at - diagonal]) at++;
      furthest.set(diagonal, at);
      if (at >= old.length && at - diagonal >= now.length) return steps;
    }
  }
  return undefined;
}

/** Whether the way to a diagonal is a new word; otherwise a word is gone. */
const isDown = (furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean =>
  diagonal === -edits || (diagonal !== edits && furthest.get(diagonal - 1)! < furthest.get(diagonal + 1)!);

function walkedBack(old: readonly string[], now: readonly string[], steps: readonly Map<number, number>[]): Piece[] {
  const found: Piece[] = [];
  let at = old.length;
  let to = now.length;
  for (let edits = steps.length - 1; edits >= 0; edits--) {
    const furthest = steps[edits]!;
    const from = isDown(furthest, at - to, edits) ? at - to + 1 : at - to - 1;
    const [startAt, startTo] = [furthest.get(from)!, furthest.get(from)! - from];
    while (at > Math.max(startAt, 0) && to > Math.max(startTo, 0)) {
      found.push({ kind: 'same', text: old[--at]! });
      to--;
    }
    if (edits === 0) break;
    found.push(at === startAt ? { kind: 'new', text: now[startTo]! } : { kind: 'gone', text: old[startAt]! });
    [at, to] = [startAt, startTo];
  }
  return found.reverse();
}

const pieces = (kind: Piece['kind'], words: readonly string[]): Piece[] => words.map((text) => ({ kind, text }));
const same = (words: readonly string[]): Piece[] => pieces('same', words);

function joined(all: readonly Piece[]): Piece[] {
  const runs: Piece[] = [];
  for (const { kind, text } of all) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.text += text;
    else runs.push({ kind, text });
  }
  return runs;
}
