import { expect, it } from '@jest/globals';
import { FAULT_NAMES, FAULTS, scheduleOf } from './schedule.js';

const OPTIONS = { seed: 7, durationMs: 600_000, gateways: 3, pauseMs: 2_000 };

it('the same seed gives the same faults at the same moments, another seed others', () => {
  expect(scheduleOf(OPTIONS)).toEqual(scheduleOf(OPTIONS));
  expect(scheduleOf({ ...OPTIONS, seed: 8 })).not.toEqual(scheduleOf(OPTIONS));
});

it('a long run meets every fault', () => {
  expect(new Set(scheduleOf(OPTIONS).map(({ name }) => name))).toEqual(new Set(FAULT_NAMES));
});

it('two faults never have the same part in hand at once', () => {
  const until = new Map<string, number>();
  for (const { atMs, name, lastsMs, gateway } of scheduleOf({ ...OPTIONS, pauseMs: 100 })) {
    const { part } = FAULTS[name];
    const place = part === 'gateway' ? `gateway ${gateway}` : part;
    expect(atMs).toBeGreaterThanOrEqual(until.get(place) ?? 0);
    until.set(place, atMs + lastsMs);
  }
});
