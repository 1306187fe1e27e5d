import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { GroupCommit } from '../../common/concurrency/group-commit.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { lruOf } from '../../common/lru.js';
import { HOUR_MS } from '../../common/utc-day.js';
import { PostgresOutage } from '../../database/postgres-outage.js';
import { spanOf, type CreditBudget } from '../../limits/credit-budget.js';
import { Replica } from '../../usage/recording/replica.service.js';
import { BudgetWindow, type BudgetHold, type BudgetRefusal } from './budget-window.js';
import { BudgetsRepository } from './budgets.repository.js';

/** Budgets that are kept in memory; one that is forgotten is read again. */
const KNOWN_MAX = 10_000;
/** Budgets in one statement. */
const READ_AT_ONCE = 500;

/** Holds calls to the budgets of their keys, mostly out of memory (docs/adr/0026-budgets-of-keys.md). */
@Injectable()
export class CreditBudgets implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly known = lruOf<string, BudgetWindow>(KNOWN_MAX);
  private readonly outage = new PostgresOutage({
    context: 'Credits',
    down: 'Budgets of API keys cannot be read, their priced calls are refused',
    up: 'Budgets of API keys are read again',
    refusal: 'The budget of this API key cannot be read right now, so priced calls are refused. Try again in a moment.',
  });
  private readonly readings = new GroupCommit<BudgetWindow>({
    commit: async (windows) => {
      await this.readAll(windows);
      return [];
    },
    batchMax: READ_AT_ONCE,
    isItemFault: () => false,
  });
  private readonly folding: PeriodicTask = new PeriodicTask('Credits', HOUR_MS, () =>
    this.folding.untilDone(() => this.repository.foldOldDays()),
  );

  constructor(
    private readonly repository: BudgetsRepository,
    private readonly replica: Replica,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.folding.start();
    this.folding.nudge();
  }

  onApplicationShutdown(): Promise<void> {
    return this.folding.stop();
  }

  /**
   * Holds credits of the budget for a call about to run, at once where they are known to be left.
   * @throws UNAVAILABLE when PostgreSQL has to be asked and is away
   */
  hold(budget: CreditBudget, amount: number): BudgetHold | BudgetRefusal | Promise<BudgetHold | BudgetRefusal> {
    const window = this.windowOf(budget);
    return window.hold(budget.credits, amount, this.clock.monotonic()) ?? this.holdOnceRead(window, budget, amount);
  }

  private async holdOnceRead(
    window: BudgetWindow,
    { credits }: CreditBudget,
    amount: number,
  ): Promise<BudgetHold | BudgetRefusal> {
    const reading = (window.reading ??= this.readings.submit(window));
    try {
      await reading;
    } finally {
      if (window.reading === reading) window.reading = undefined;
    }
    return window.hold(credits, amount, this.clock.monotonic(), true)!;
  }

  private windowOf({ id, period }: CreditBudget): BudgetWindow {
    const known = this.known.get(id);
    const now = this.clock.now();
    if (known && known.period === period && now >= known.span.from && now < known.span.until) return known;
    const window = new BudgetWindow(id, period, spanOf(period, now));
    this.known.set(id, window);
    return window;
  }

  private async readAll(windows: BudgetWindow[]): Promise<void> {
    let replicaId: number;
    try {
      ({ replicaId } = await this.outage.attempt(() => this.replica.currentBatch()));
    } finally {
      // Who comes from now on needs another reading: this one begins.
      for (const window of windows) window.reading = undefined;
    }
    const at = this.clock.monotonic();
    const { spent, seen } = await this.outage.attempt(() => this.repository.spentOf(windows, replicaId));
    windows.forEach((window, index) => window.know({ spent: spent[index]!, seen: { replicaId, number: seen } }, at));
  }
}
