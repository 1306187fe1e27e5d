import { Counts } from '../../common/concurrency/counts.js';
import { UpstreamFailure } from './upstream-failure.js';

/** Callers who may wait for the ends of tasks at one server at the same time, and how many of them may be one user's. */
export const TASK_WAITS_MAX = 32;
const OF_USER_MAX = 8;

/** Those who wait for the ends of tasks at one server. They take no place from calls: a task takes as long as it takes. */
export class TaskWaits {
  private readonly waiting = new Counts();

  /** Until the returned function is called, once. @param name of the server @throws UpstreamFailure where too many wait already */
  enter(name: string, userId: string): () => void {
    if (this.waiting.total >= TASK_WAITS_MAX || this.waiting.of(userId) >= OF_USER_MAX)
      throw new UpstreamFailure('busy', `Too many wait for tasks of ${name}. Ask for the task's state, and again in a moment.`);
    this.waiting.add(userId, 1);
    return () => this.waiting.add(userId, -1);
  }
}
