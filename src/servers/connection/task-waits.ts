import { UpstreamFailure } from './upstream-failure.js';

/** Callers who may wait for the ends of tasks at one server at the same time, and how many of them may be one user's. */
export const TASK_WAITS_MAX = 32;
const OF_USER_MAX = 8;

/** Those who wait for the ends of tasks at one server. They take no place from calls: a task takes as long as it takes. */
export class TaskWaits {
  private count = 0;
  private readonly ofUser = new Map<string, number>();

  /** Until the returned function is called, once. @param name of the server @throws UpstreamFailure where too many wait already */
  enter(name: string, userId: string): () => void {
    const own = this.ofUser.get(userId) ?? 0;
    if (this.count >= TASK_WAITS_MAX || own >= OF_USER_MAX)
      throw new UpstreamFailure('busy', `Too many wait for tasks of ${name}. Ask for the task's state, and again in a moment.`);
    this.add(userId, 1);
    return () => this.add(userId, -1);
  }

  private add(userId: string, change: 1 | -1): void {
    this.count += change;
    const own = (this.ofUser.get(userId) ?? 0) + change;
    if (own > 0) this.ofUser.set(userId, own);
    else this.ofUser.delete(userId);
  }
}
