import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { Postgres } from '../../database/postgres.js';
import { latencyHistogram, timed } from '../../telemetry/metrics.js';

/** Between two rounds; what waits meanwhile counts in every balance that is shown. */
const PAUSE_MS = 250;
/** After a failure, which is logged. */
const FAILURE_PAUSE_MS = 5_000;
/** Rows in one transaction, which holds their accounts: some milliseconds. */
const ROWS_MAX = 1_000;
const BOUNDED = { timeoutMs: 10_000 };

/**
 * Brings what calls have charged from the outbox to the ledger and the accounts, once and in order: every replica tries, and the
 * database sees to it that one does it at a time (`post_usage`).
 */
@Injectable()
export class CreditPosting implements OnApplicationBootstrap {
  readonly latency = latencyHistogram('tallygate_credits_posting_seconds', 'Time to post a batch of usage to accounts', []);
  private readonly task = new PeriodicTask('Credits', PAUSE_MS, () => this.round());
  /** Monotonic, ms. */
  private pausedUntil = 0;

  constructor(private readonly postgres: Postgres) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  /** Posts all that was committed before; where an older transaction still runs, what was committed before that. */
  async post(): Promise<void> {
    for (let most = ROWS_MAX; most > 0;) {
      const posted = await this.postBatch(most);
      if (posted >= 0 && posted < most) return;
      most = posted < 0 ? Math.ceil(most / 2) : ROWS_MAX;
    }
  }

  /** Stops the rounds, and posts the last calls. */
  async close(): Promise<void> {
    await this.task.stop();
    await this.post().catch(() => undefined);
  }

  private async round(): Promise<void> {
    if (performance.now() < this.pausedUntil) return;
    this.pausedUntil = performance.now() + FAILURE_PAUSE_MS;
    await this.post();
    this.pausedUntil = 0;
  }

  private postBatch(most: number): Promise<number> {
    return timed(this.latency, {}, async () => {
      const sql = 'SELECT mcp.post_usage($1) AS posted';
      return (await this.postgres.query<{ posted: number }>(sql, [most], BOUNDED))[0]!.posted;
    });
  }
}
