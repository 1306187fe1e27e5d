import { DAY_MS } from '../common/utc-day.js';

/** How long a budget is for, in UTC: `week` begins on Monday, and `never` is one that does not begin anew. */
export const BUDGET_PERIODS = ['day', 'week', 'month', 'never'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** What is used of a budget, since when: for the portal and the CLI. */
export const IN_PERIOD: Record<BudgetPeriod, string> = {
  day: 'today',
  week: 'this week',
  month: 'this month',
  never: 'in all',
};

/** What the calls of an API key may charge in a period. A key's successor has the same budget, by the same id. */
export interface CreditBudget {
  id: string;
  credits: number;
  period: BudgetPeriod;
}

/** Milliseconds since the epoch: from the first instant of a period to the first of the next, which may be no end. */
export interface Span {
  from: number;
  until: number;
}

/** The period that an instant is in. */
export function spanOf(period: BudgetPeriod, now: number): Span {
  const at = new Date(now);
  const dayAt = (month: number, day: number) => Date.UTC(at.getUTCFullYear(), month, day);
  const [month, day] = [at.getUTCMonth(), at.getUTCDate()];
  const monday = day - ((at.getUTCDay() + 6) % 7);
  switch (period) {
    case 'day':
      return { from: dayAt(month, day), until: dayAt(month, day) + DAY_MS };
    case 'week':
      return { from: dayAt(month, monday), until: dayAt(month, monday) + 7 * DAY_MS };
    case 'month':
      return { from: dayAt(month, 1), until: dayAt(month + 1, 1) };
    case 'never':
      return { from: -Infinity, until: Infinity };
  }
}
