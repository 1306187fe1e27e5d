import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { Exports } from '../../rest/export/exports.service.js';
import { UsersRepository } from '../users/users.repository.js';

/** With what a look takes, a file ends within the two seconds in which a revoked key ends. */
const PAUSE_MS = 1_000;

/** Ends files on their way whose reader was switched off, deleted or demoted since they asked for it. */
@Injectable()
export class ExportWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Auth', PAUSE_MS, () => this.look());

  constructor(
    private readonly exports: Exports,
    private readonly users: UsersRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  private async look(): Promise<void> {
    const readers = this.exports.readers();
    if (readers.size === 0) return;
    const roles = await this.users.findRoles([...readers.keys()]);
    for (const [userId, role] of readers) {
      const now = roles.get(userId);
      if (!now || (role === 'admin' && now === 'user')) this.exports.end(userId);
    }
  }
}
