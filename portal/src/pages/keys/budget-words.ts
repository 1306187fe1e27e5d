import type { Schemas } from '../../app/api';

export type BudgetPeriod = NonNullable<Schemas['KeyDetailsDto']['budget_period']>;

/** What is used of a budget, since when. */
export const IN_PERIOD: Record<BudgetPeriod, string> = {
  day: 'today',
  week: 'this week',
  month: 'this month',
  never: 'in all',
};

/** For whoever chooses. */
export const PERIODS: readonly (readonly [BudgetPeriod, string])[] = [
  ['day', 'a day'],
  ['week', 'a week, from Monday'],
  ['month', 'a month'],
  ['never', 'in all'],
];
