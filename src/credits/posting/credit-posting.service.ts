import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { Postgres } from '../../database/postgres.js';
import { latencyHistogram, timed } from '../../telemetry/metrics.js';

/** Between two rounds; what waits meanwhile counts in every balance that is shown. */
const PAUSE_MS = 250;
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
  private readonly task = new PeriodicTask('Credits', PAUSE_MS, () => this.post());

  constructor(private readonly postgres: Postgres) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  /** Posts all that was committed before; where an older transaction still runs, what was committed before that. */
  async post(): Promise<void> {
    while ((await this.postBatch()) === ROWS_MAX) continue;
  }

  /** Stops the rounds, and posts the last calls. */
  async close(): Promise<void> {
    await this.task.stop();
    await this.post().catch(() => undefined);
  }

  private postBatch(): Promise<number> {
    return timed(this.latency, {}, async () => {
      const sql = 'SELECT mcp.post_usage($1) AS posted';
      return (await this.postgres.query<{ posted: number }>(sql, [ROWS_MAX], BOUNDED))[0]!.posted;
    });
  }
}
