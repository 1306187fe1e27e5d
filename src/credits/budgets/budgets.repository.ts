import { Injectable } from '@nestjs/common';
import { utcDay } from '../../common/utc-day.js';
import { Postgres } from '../../database/postgres.js';
import { array } from '../../database/sql.js';
import type { Span } from '../../limits/credit-budget.js';

/** As of leases: no call hangs on it. */
const BOUNDED = { timeoutMs: 2_000 };
/** Days of budgets that are summed up in one statement. */
export const FOLDED_AT_ONCE = 5_000;

/** A budget in a period. */
export interface AskedBudget {
  budgetId: string;
  span: Pick<Span, 'from'>;
}

/** What is spent of budgets, the SQL of `database/functions/key-budgets.sql`. */
@Injectable()
export class BudgetsRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * Credits that are charged to budgets since their periods began, posted or not, as of one moment; `seen`: the number of the last statement of
   * this replica that is part of it.
   */
  async spentOf(asked: AskedBudget[], replicaId = 0): Promise<{ spent: number[]; seen: number }> {
    const rows = await this.postgres.prepared<{ spent: string; seen: string }>(
      'spent-of-budgets',
      'SELECT spent, seen FROM mcp.budgets_spent($1::uuid[], $2::date[], $3) ORDER BY place',
      [array(asked, ({ budgetId }) => budgetId), array(asked, ({ span }) => dayOf(span.from)), replicaId],
      BOUNDED,
    );
    return { spent: rows.map(({ spent }) => Number(spent)), seen: Number(rows[0]?.seen ?? 0) };
  }

  /** Sums up days that no period needs any more, of all budgets. @returns How many it were. */
  async foldOldDays(): Promise<number> {
    const [row] = await this.postgres.query<{ folded: number }>('SELECT mcp.fold_budget_spend($1) AS folded', [FOLDED_AT_ONCE]);
    return row!.folded;
  }
}

const dayOf = (from: number): string => (Number.isFinite(from) ? utcDay(from) : '-infinity');
