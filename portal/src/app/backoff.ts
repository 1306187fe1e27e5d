/** How long to wait before the next try: longer each time, until something has worked. */
export class Backoff {
  private nextMs: number;

  constructor(
    private readonly firstMs: number,
    private readonly mostMs: number,
  ) {
    this.nextMs = firstMs;
  }

  next(): number {
    const delayMs = this.nextMs;
    this.nextMs = Math.min(2 * delayMs, this.mostMs);
    return delayMs;
  }

  reset(): void {
    this.nextMs = this.firstMs;
  }
}
