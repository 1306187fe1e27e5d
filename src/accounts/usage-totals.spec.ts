import { describe, expect, it } from '@jest/globals';
import type { ToolSums } from '../usage/reports/usage-reports.service.js';
import { usageTotals } from './usage-totals.js';

const tool = (sums: Partial<ToolSums>): ToolSums => ({
  tool_name: 'greet',
  call_count: 0,
  error_count: 0,
  total_records: 0,
  total_credits: 0,
  total_ms: 0,
  user_count: 1,
  day_calls: 0,
  day_credits: 0,
  ...sums,
});

describe('The totals of usage', () => {
  it('without calls are a full success in no time', () => {
    expect(usageTotals([])).toEqual({ calls: 0, credits: 0, successRate: 100, avgLatencyMs: 0, dayCalls: 0, dayCredits: 0 });
  });

  it('add tools up and weigh them by their calls', () => {
    const often = tool({ call_count: 999, total_ms: 999, total_credits: 999, day_calls: 10, day_credits: 20 });
    const rare = tool({ call_count: 1, error_count: 1, total_ms: 1_001, day_calls: 1 });
    expect(usageTotals([often, rare])).toEqual({
      calls: 1_000,
      credits: 999,
      successRate: 99.9,
      avgLatencyMs: 2,
      dayCalls: 11,
      dayCredits: 20,
    });
  });

  it.each([
    [3, 1, 66.7],
    [3, 2, 33.3],
    [3, 3, 0],
  ])('of %i calls with %i failed give a rate of %p', (call_count, error_count, rate) => {
    expect(usageTotals([tool({ call_count, error_count })]).successRate).toBe(rate);
  });
});
