import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import { UsersService } from '../../auth/users/users.service.js';
import { FirstRun } from '../../config/first-run.js';
import { LOCK } from '../../database/advisory-lock.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';

/** Makes sure that a fresh installation can be called: one key of the admin's, that may call tools. */
@Injectable()
export class DefaultKeyBootstrap {
  constructor(
    private readonly postgres: Postgres,
    private readonly repository: ApiKeysRepository,
    private readonly keys: ApiKeysService,
    private readonly users: UsersService,
    private readonly firstRun: FirstRun,
  ) {}

  /** Does nothing where any key exists. Replicas that start together create one; its token goes into `FirstRun` only. */
  async run(): Promise<void> {
    await this.postgres.withLock(LOCK.defaultKey, async () => {
      if (!(await this.repository.isEmpty())) return;
      const { token } = await this.keys.create(await this.users.firstAdmin(), { name: 'default', expiresAt: null });
      this.firstRun.apiKey = token;
    });
  }
}
