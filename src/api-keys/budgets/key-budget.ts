import { TallygateError } from '../../common/tallygate-error.js';
import type { BudgetPeriod, CreditBudget } from '../../limits/credit-budget.js';

/** A key's budget as it is stored; all null: there is none. */
export interface StoredBudget {
  creditBudget: number | null;
  budgetPeriod: BudgetPeriod | null;
  budgetId: string | null;
}

/** What is asked for; null takes the budget away, and what is undefined stays. */
export interface BudgetWish {
  creditBudget?: number | null | undefined;
  budgetPeriod?: BudgetPeriod | undefined;
}

export const NO_BUDGET: StoredBudget = { creditBudget: null, budgetPeriod: null, budgetId: null };

/** A new one is for a month where nothing else is said. */
const USUAL_PERIOD: BudgetPeriod = 'month';

/**
 * The budget after a change. One that is given to a key without any gets an id of its own, so that it counts from then on.
 * @param newId Of a new budget.
 * @throws INVALID_INPUT for a period without a budget
 */
export function changedBudget(old: StoredBudget, { creditBudget, budgetPeriod }: BudgetWish, newId: () => string): StoredBudget {
  const credits = creditBudget === undefined ? old.creditBudget : creditBudget;
  if (credits !== null) {
    const period = budgetPeriod ?? old.budgetPeriod ?? USUAL_PERIOD;
    return { creditBudget: credits, budgetPeriod: period, budgetId: old.budgetId ?? newId() };
  }
  if (budgetPeriod !== undefined) throw new TallygateError('INVALID_INPUT', 'budget_period needs a credit_budget.');
  return NO_BUDGET;
}

/** The budget that calls are held to. */
export const budgetOf = ({ creditBudget, budgetPeriod, budgetId }: StoredBudget): CreditBudget | undefined =>
  budgetId === null ? undefined : { id: budgetId, credits: creditBudget!, period: budgetPeriod! };
