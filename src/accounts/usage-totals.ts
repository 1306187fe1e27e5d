import type { ToolSums } from '../usage/reports/usage-reports.service.js';

/** Totals of all tools, over a period and over one day of it. */
export interface UsageTotals {
  calls: number;
  credits: number;
  /** Percent of the calls that succeeded, to one decimal; 100 without calls, as in source 002. */
  successRate: number;
  /** To one decimal; 0 without calls. */
  avgLatencyMs: number;
  dayCalls: number;
  dayCredits: number;
}

/** Adds up tools. Rates are computed from the sums, so that every call weighs the same. */
export function usageTotals(tools: readonly ToolSums[]): UsageTotals {
  const sum = (part: (tool: ToolSums) => number) => tools.reduce((total, tool) => total + part(tool), 0);
  const calls = sum((tool) => tool.call_count);
  return {
    calls,
    credits: sum((tool) => tool.total_credits),
    successRate: percent(calls - sum((tool) => tool.error_count), calls),
    avgLatencyMs: calls === 0 ? 0 : oneDecimal(sum((tool) => tool.total_ms) / calls),
    dayCalls: sum((tool) => tool.day_calls),
    dayCredits: sum((tool) => tool.day_credits),
  };
}

/** To one decimal; 100 of nothing. */
export const percent = (part: number, whole: number): number => (whole === 0 ? 100 : oneDecimal((part / whole) * 100));

const oneDecimal = (value: number): number => Math.round(value * 10) / 10;
