import { utcSecond } from '../../common/utc-day.js';
import type { CreditBudget } from '../../limits/credit-budget.js';
import type { BudgetRefusal } from './budget-window.js';

const PERIOD_WORDS: Record<CreditBudget['period'], string> = {
  day: 'a day',
  week: 'a week',
  month: 'a month',
  never: 'in all',
};

/** Why a call is refused that its key's budget has too little left for, and what can be done. */
export function budgetRefusal(keyName: string, budget: CreditBudget, price: number, { left, resetsAt }: BudgetRefusal): string {
  const words = `The budget of the API key "${keyName}" is ${budget.credits} credits ${PERIOD_WORDS[budget.period]}: need ${price}, have ${left}.`;
  const reset = Number.isFinite(resetsAt) ? `It begins anew at ${utcSecond(resetsAt)} UTC` : 'It does not begin anew';
  return `${words} ${reset}; the key's owner or an admin can raise it.`;
}
