import type { BudgetPeriod } from '../../../../src/limits/credit-budget';

/** For whoever chooses. */
export const PERIODS: readonly (readonly [BudgetPeriod, string])[] = [
  ['day', 'a day'],
  ['week', 'a week, from Monday'],
  ['month', 'a month'],
  ['never', 'in all'],
];
