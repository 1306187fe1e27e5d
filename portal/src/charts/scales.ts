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
