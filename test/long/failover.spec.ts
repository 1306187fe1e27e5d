import { expect, it } from '@jest/globals';
import { runFaults } from '../faults/run.js';

const NAMES = ['PostgreSQL failed over', 'PostgreSQL promoted beside its primary', 'gateway killed'] as const;
/** The run takes some 100 s; what is broken is given minutes to settle on a busy machine. */
const TIMEOUT_MS = 600_000;

it(
  'what two gateways answered is recorded and charged exactly once, though PostgreSQL fails over again and again under load',
  async () => {
    const run = { seed: 3, durationMs: 25_000, gateways: 2, callers: 6, pauseMs: 4_000, names: NAMES, log: () => undefined };
    const { violations, faults, attempts, statuses } = await runFaults(run);
    expect(violations).toEqual([]);
    expect(Object.keys(faults).sort()).toEqual([...NAMES].sort());
    expect(attempts.answered).toBeGreaterThan(50);
    expect(statuses[503]).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
