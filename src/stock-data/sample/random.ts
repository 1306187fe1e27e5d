/** Pseudo-random numbers, the same for the same seed on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next: () => number;
  /** Standard normal. */
  normal: () => number;
}

/**
 * Mulberry32 (public domain, Tommy Ettinger): 32 bits of state, enough for generated prices, unsuitable for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // Box-Muller; 1 - next() is never 0, whose logarithm would be infinite.
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { next, normal };
}

/** A seed for one of many independent series. */
export const seedOf = (seed: number, index: number): number =>
  (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index, 0xc2b2ae35)) >>> 0;
