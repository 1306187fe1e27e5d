import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { AppConfig } from '../../config/app-config.js';
import { Postgres } from '../../database/postgres.js';

const PAUSE_MS = 3_600_000;
const AT_ONCE = 10_000;

/** Forgets lines of the audit log that are older than `audit.keep_months`: anybody who logs in, or tries to, makes one. */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Auth', PAUSE_MS, () => this.forget());

  constructor(
    private readonly postgres: Postgres,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
    this.task.nudge();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** Replicas may do it at once. */
  forget(): Promise<void> {
    return this.task.untilDone(() => this.forgetSome());
  }

  private forgetSome(): Promise<number> {
    return this.postgres.transaction(async (tx) => {
      // Without it the table refuses every DELETE, and with it that of what is not a month old.
      await tx.query(`SELECT set_config('tallygate.audit_retention', 'on', true)`);
      return tx.execute(
        `DELETE FROM mcp.audit_log WHERE id IN (
           SELECT id FROM mcp.audit_log WHERE created_at < now() - $1 * interval '1 month'
           ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
        [this.config.values.audit.keep_months, AT_ONCE],
      );
    });
  }
}
