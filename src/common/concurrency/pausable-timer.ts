/** A time limit that stands still while it is paused: only the time between the pauses counts. */
export class PausableTimer {
  private timer: NodeJS.Timeout | undefined;
  private startedAt = 0;
  private hasEnded = false;

  /** Runs from now on. @param leftMs after so many milliseconds of running, `onOver` is called, once. */
  constructor(
    private leftMs: number,
    private readonly onOver: () => void,
  ) {
    this.resume();
  }

  pause(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.leftMs -= performance.now() - this.startedAt;
  }

  resume(): void {
    if (this.hasEnded) return;
    this.startedAt = performance.now();
    this.timer = setTimeout(() => (this.end(), this.onOver()), Math.max(0, this.leftMs));
  }

  /** It is not needed any more. */
  end(): void {
    this.hasEnded = true;
    clearTimeout(this.timer);
  }
}
