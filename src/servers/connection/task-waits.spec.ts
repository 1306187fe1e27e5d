import { describe, expect, it } from '@jest/globals';
import { TASK_WAITS_MAX, TaskWaits } from './task-waits.js';

describe('those who wait for tasks of a server', () => {
  it('are eight of one user, and others beside them', () => {
    const waits = new TaskWaits();
    const leaves = Array.from({ length: 8 }, () => waits.enter('up', 'ada'));
    expect(() => waits.enter('up', 'ada')).toThrow(/^Too many wait for tasks of up/);
    waits.enter('up', 'bob');
    leaves[0]!();
    waits.enter('up', 'ada');
  });

  it('are so many in all', () => {
    const waits = new TaskWaits();
    for (let n = 0; n < TASK_WAITS_MAX; n += 1) waits.enter('up', `user-${n}`);
    expect(() => waits.enter('up', 'another')).toThrow(/^Too many wait/);
  });
});
