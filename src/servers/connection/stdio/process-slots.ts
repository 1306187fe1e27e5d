import { UpstreamFailure } from '../upstream-failure.js';

/** The child processes of this gateway: a limited number, none of which outlives it. */
export class ProcessSlots {
  private taken = 0;
  private readonly groups = new Set<number>();
  private readonly onExit = () => this.killAll();

  constructor(
    private readonly max: number,
    /** The PATH that children get. */
    readonly path: string,
  ) {}

  get size(): number {
    return this.taken;
  }

  /** @throws UpstreamFailure when there are too many already. */
  take(): void {
    if (this.taken >= this.max) {
      throw new UpstreamFailure(
        'unreachable',
        `The gateway already runs ${this.max} processes, the most it may (servers.max_processes).`,
      );
    }
    if (this.taken === 0) process.on('exit', this.onExit);
    this.taken += 1;
  }

  started(pid: number): void {
    this.groups.add(pid);
  }

  /** Ends what the process left behind as well. */
  release(pid: number | undefined): void {
    if (pid !== undefined && this.groups.delete(pid)) this.signal(pid, 'SIGKILL');
    this.taken -= 1;
    if (this.taken === 0) process.off('exit', this.onExit);
  }

  /** To the child and everything it started. */
  signal(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** The last thing a gateway does that ends without closing. */
  private killAll(): void {
    for (const pid of this.groups) this.signal(pid, 'SIGKILL');
  }
}
