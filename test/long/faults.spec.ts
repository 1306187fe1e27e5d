import { expect, it } from '@jest/globals';
import { runFaults } from '../faults/run.js';

const NAMES = [
  'gateway killed',
  'gateway killed while it starts',
  'two gateways killed while they start on empty databases',
  'PostgreSQL killed',
  'ClickHouse times out after commit',
  'notifications lost',
] as const;
/** The run takes some 40 s; what is broken is given minutes to settle on a busy machine. */
const TIMEOUT_MS = 600_000;

it(
  'what two gateways answered is recorded and charged exactly once, though they, PostgreSQL and ClickHouse fail under load',
  async () => {
    const run = { seed: 6, durationMs: 20_000, gateways: 2, callers: 4, pauseMs: 2_000, names: NAMES, log: () => undefined };
    const { violations, faults, attempts, outlasting, hostile, grants, revocations } = await runFaults(run);
    expect(violations).toEqual([]);
    expect(Object.keys(faults).sort()).toEqual([...NAMES].sort());
    expect(attempts.answered).toBeGreaterThan(50);
    expect(attempts.abandoned).toBeGreaterThan(0);
    expect(outlasting).toBeGreaterThan(0);
    expect(hostile).toBeGreaterThan(20);
    expect(grants).toBeGreaterThan(1);
    expect(revocations).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
