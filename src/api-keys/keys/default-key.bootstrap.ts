import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import { GATEWAY } from '../../auth/audit/audit-entry.js';
import { UsersService } from '../../auth/users/users.service.js';
import { FirstRunSecrets } from '../../config/first-run-secrets.js';
import { LOCK } from '../../database/advisory-lock.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';

/** Makes sure that a fresh installation can be called: creates one key of the admin's that may call tools. */
@Injectable()
export class DefaultKeyBootstrap {
  constructor(
    private readonly postgres: Postgres,
    private readonly repository: ApiKeysRepository,
    private readonly keys: ApiKeysService,
    private readonly users: UsersService,
    private readonly firstRun: FirstRunSecrets,
  ) {}

  /**
   * Does nothing if any key exists. Replicas that start together create one; its token is put into `FirstRunSecrets`
   * only.
   */
  async run(): Promise<void> {
    await this.postgres.withLock(LOCK.defaultKey, async () => {
      if (!(await this.repository.isEmpty())) return;
      const { token } = await this.keys.create(await this.users.firstAdmin(), { name: 'default', expiresAt: null }, GATEWAY);
      this.firstRun.apiKey = token;
    });
  }
}
