import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { AppConfig } from '../../config/app-config.js';
import { AuditLog } from './audit-log.service.js';

const PAUSE_MS = 3_600_000;
const AT_ONCE = 10_000;

/** Forgets lines of the audit log that are older than `audit.keep_months`: anybody who logs in, or tries to, makes one. */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Auth', PAUSE_MS, () => this.forget());

  constructor(
    private readonly log: AuditLog,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
    this.task.nudge();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  forget(): Promise<void> {
    return this.task.untilDone(() => this.log.forgetOld(this.config.values.audit.keep_months, AT_ONCE));
  }
}
