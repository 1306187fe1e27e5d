import { describe, expect, it } from '@jest/globals';
import { RestartPause } from './restart-pause.js';

/** Whether a restart after so many ends in a row is held up: `no`, `yes`, or why it is refused. */
async function heldUp(ends: number): Promise<string> {
  const restartPause = new RestartPause();
  for (let end = 0; end < ends; end += 1) restartPause.ended();
  const startedAt = performance.now();
  try {
    await restartPause.wait('files-1');
  } catch (error) {
    return (error as Error).message;
  }
  return performance.now() - startedAt < 90 ? 'no' : 'yes';
}

describe('the restart of a server', () => {
  it('is not held up at first, and after one end', async () => {
    expect(await heldUp(0)).toBe('no');
    expect(await heldUp(1)).toBe('no');
  });

  it('is held up for a moment after a second end', async () => {
    expect(await heldUp(2)).toBe('yes');
  });

  it('is refused at once when it would take longer than a caller waits, and takes half a minute at most', async () => {
    expect(await heldUp(7)).toBe('files-1 ended too often; it is started again in 4 s.');
    expect(await heldUp(100)).toBe('files-1 ended too often; it is started again in 30 s.');
  });
});
