/** Of a chart over time, in pixels: all of it, and what the names of points take below. */
export const HEIGHT = 200;
export const BOTTOM = 22;

/** Where a value is, from the top; `share` of the scale's greatest. */
export const yOf = (share: number): number => (HEIGHT - BOTTOM) * (1 - share) + 4;

/**
 * Round values from zero to at least `most`, about as many as asked for: 1, 2 or 5 times a power of ten apart. Whole numbers only,
 * where nothing is less than one apart.
 */
export function ticks(most: number, wanted = 4): number[] {
  const rough = Math.max(most, 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!,
    most > 1 ? 1 : 0.1,
  );
  return Array.from({ length: Math.ceil(Math.max(most, 1) / step) + 1 }, (_, at) => at * step);
}

/** Which of `length` labels are written so that at most `room` are. */
export const every = (length: number, room: number): number => Math.max(1, Math.ceil(length / room));

/** Which of `length` points an arrow key goes to from `at`; undefined for other keys. */
export function nextPoint(key: string, at: number, length: number): number | undefined {
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: length - 1 }[key];
  return next === undefined ? undefined : Math.min(Math.max(next, 0), length - 1);
}

/** Powers of ten around values, of which the smallest is above zero. */
export function powers(least: number, most: number): number[] {
  const first = Math.floor(Math.log10(least));
  const last = Math.max(first + 1, Math.ceil(Math.log10(most)));
  return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
}

/** Stretches of points that have a value: a line does not lead over those without one. */
export function stretchesOf(values: readonly (number | null)[]): number[][] {
  const found: number[][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    if (index > 0 && values[index - 1] !== null) found.at(-1)!.push(index);
    else found.push([index]);
  });
  return found;
}

/** The corners of a line over a stretch of points so wide; a lone point is as wide as half of it. */
export function cornersOf(stretch: readonly number[], step: number, place: (index: number) => [x: number, y: number]): string[] {
  if (stretch.length > 1) return stretch.map((index) => place(index).join());
  const [x, y] = place(stretch[0]!);
  return [`${x - step / 4},${y}`, `${x + step / 4},${y}`];
}

/** A line through values, with gaps where there are none. */
export const linePath = (
  values: readonly (number | null)[],
  step: number,
  place: (index: number) => [x: number, y: number],
): string =>
  stretchesOf(values)
    .map((stretch) => `M${cornersOf(stretch, step, place).join('L')}`)
    .join('');
