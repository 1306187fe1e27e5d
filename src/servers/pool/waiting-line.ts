import type { Cancellation } from '../../common/concurrency/cancellation.js';

/** One that waits. */
interface Waiting<Given> {
  /** Gives what it waits for, or undefined while there is nothing for it. */
  attempt: () => Given | undefined;
  resolve: (given: Given) => void;
  reject: (reason: Error) => void;
}

/** Calls that wait for a place at a server, fair between callers: the oldest of each in turn that can be served. Bounded, of one caller and in all. */
export class WaitingLine<Given> {
  /** The next turn is the first one's. */
  private readonly ofCaller = new Map<string, Set<Waiting<Given>>>();
  private count = 0;

  constructor(private readonly bounds: { most: number; mostOfCaller: number }) {}

  get length(): number {
    return this.count;
  }

  /** Whether one more of this caller may wait. */
  hasRoomFor(callerId: string): boolean {
    return this.count < this.bounds.most && (this.ofCaller.get(callerId)?.size ?? 0) < this.bounds.mostOfCaller;
  }

  /** Resolves with what `attempt` gives when it is its turn. Rejects when it throws, and with the reason of the cancellation. */
  wait(callerId: string, attempt: () => Given | undefined, cancellation: Cancellation): Promise<Given> {
    return new Promise((resolve, reject) => {
      const waiting = { attempt, resolve, reject };
      const own = this.ofCaller.get(callerId) ?? new Set();
      this.ofCaller.set(callerId, own.add(waiting));
      this.count += 1;
      cancellation.onCancel((reason) => this.leave(callerId, waiting) && reject(reason));
    });
  }

  /** Gives one of them what it waits for: the first caller in turn for whom there is something. Whether there was one. */
  serveOne(): boolean {
    for (let turns = this.ofCaller.size; turns > 0; turns -= 1) {
      const [callerId, own] = this.ofCaller.entries().next().value!;
      this.ofCaller.delete(callerId);
      this.ofCaller.set(callerId, own); // behind all others
      for (const waiting of own) if (this.isServed(callerId, waiting)) return true;
    }
    return false;
  }

  private isServed(callerId: string, waiting: Waiting<Given>): boolean {
    try {
      const given = waiting.attempt();
      if (given === undefined) return false;
      this.leave(callerId, waiting);
      waiting.resolve(given);
    } catch (error) {
      this.leave(callerId, waiting);
      waiting.reject(error as Error);
    }
    return true;
  }

  private leave(callerId: string, waiting: Waiting<Given>): boolean {
    const own = this.ofCaller.get(callerId);
    if (!own?.delete(waiting)) return false;
    this.count -= 1;
    if (own.size === 0) this.ofCaller.delete(callerId);
    return true;
  }
}
