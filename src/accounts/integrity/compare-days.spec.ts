import { describe, expect, it } from '@jest/globals';
import { compareDays, type DaySides } from './compare-days.js';

const none: DaySides = { captured: [], raw: [], rollup: [], undelivered: [] };

describe('The days of ledger and usage', () => {
  it('agree when what was charged is in the log, in the rollup or on its way', () => {
    const days = compareDays({
      captured: [
        { day: '2026-11-02', credits: 10 },
        { day: '2026-11-01', credits: 5 },
      ],
      raw: [
        { date: '2026-11-01', credits: 5 },
        { date: '2026-11-02', credits: 3 },
      ],
      rollup: [
        { date: '2026-11-01', credits: 5 },
        { date: '2026-11-02', credits: 3 },
      ],
      undelivered: [{ date: '2026-11-02', pending: 6, rejected: 1 }],
    });
    expect(days.map(({ date, difference, rollup_difference }) => [date, difference, rollup_difference])).toEqual([
      ['2026-11-01', 0, 0],
      ['2026-11-02', 0, 0],
    ]);
  });

  it.each([
    [{ captured: [{ day: '2026-11-01', credits: 7 }] }, 7, 0],
    [{ raw: [{ date: '2026-11-01', credits: 7 }] }, -7, 7],
    [{ rollup: [{ date: '2026-11-01', credits: 7 }] }, 0, -7],
    [{ undelivered: [{ date: '2026-11-01', pending: 4, rejected: 3 }] }, -7, 0],
  ])('differ by exactly what only one of them has: %j', (side, difference, rollup_difference) => {
    expect(compareDays({ ...none, ...side })).toMatchObject([{ date: '2026-11-01', difference, rollup_difference }]);
  });

  it('are left out when nobody was charged', () => {
    expect(compareDays({ ...none, raw: [{ date: '2026-11-01', credits: 0 }] })).toEqual([]);
  });
});
