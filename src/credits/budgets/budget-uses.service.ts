import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { spanOf, type CreditBudget } from '../../limits/credit-budget.js';
import { BudgetsRepository } from './budgets.repository.js';

/** How far a budget is used up. */
export interface BudgetUse {
  /** Credits that are charged in this period; what running calls may charge is not part of it. */
  used: number;
  /** When the budget begins anew; null: never. */
  resetsAt: Date | null;
}

/** How far budgets are used up, for whoever shows it. */
@Injectable()
export class BudgetUses {
  constructor(
    private readonly repository: BudgetsRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Of each budget in their order; undefined stays undefined. Asks PostgreSQL once, or not at all where there is none.
   * @throws Error when PostgreSQL is away
   */
  async of(budgets: readonly (CreditBudget | undefined)[]): Promise<(BudgetUse | undefined)[]> {
    const now = this.clock.now();
    const asked = budgets
      .flatMap((budget) => budget ?? [])
      .map(({ id, period }) => ({ budgetId: id, span: spanOf(period, now) }));
    if (asked.length === 0) return budgets.map(() => undefined);
    const { spent } = await this.repository.spentOf(asked);
    const uses = asked.map(({ span }, place) => ({ used: spent[place]!, resetsAt: endOf(span.until) }));
    return budgets.map((budget) => budget && uses.shift());
  }
}

const endOf = (until: number): Date | null => (Number.isFinite(until) ? new Date(until) : null);
