/** Time as the application sees it; tests replace it to move hours in a line. */
export abstract class Clock {
  /** Wall clock, milliseconds since the Unix epoch. For records and expiry. */
  abstract now(): number;
  /** Milliseconds that only ever grow, unaffected by clock changes. For ages and durations. */
  abstract monotonic(): number;
}

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }
}
