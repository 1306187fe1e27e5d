/** Lets a few work at a time; the others wait for their turn, in order. */
export class Lane {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly runningMax: number,
    private readonly waitingMax: number,
  ) {}

  /** @throws what `full` makes when too many wait. */
  async run<T>(work: () => Promise<T>, full: () => Error): Promise<T> {
    if (this.running >= this.runningMax) await this.turn(full);
    else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private turn(full: () => Error): Promise<void> {
    if (this.waiting.length >= this.waitingMax) throw full();
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
