import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { loggerFor } from '../../common/log-contexts.js';
import { Postgres } from '../../database/postgres.js';
import { AppConfig } from '../../config/app-config.js';
import { FirstRunSecrets } from '../../config/first-run-secrets.js';
import { LOCK } from '../../database/advisory-lock.js';
import { GATEWAY } from '../audit/audit-entry.js';
import { PasswordHasher } from '../password/password-hasher.js';
import type { User } from './user.entity.js';
import { UsersService } from './users.service.js';

const ADMIN_USERNAME = 'admin';

/** Makes sure that an admin exists. */
@Injectable()
export class AdminBootstrap {
  private readonly logger = loggerFor('Auth');

  constructor(
    private readonly postgres: Postgres,
    private readonly users: UsersService,
    private readonly passwords: PasswordHasher,
    private readonly firstRun: FirstRunSecrets,
    private readonly config: AppConfig,
  ) {}

  /**
   * Creates the admin if there is none; replicas that start together create one. A generated password is put into
   * `FirstRunSecrets` and nowhere else.
   * @throws Error when the admin's name or e-mail belongs to another user
   */
  async run(): Promise<void> {
    const existing = await this.postgres.withLock(LOCK.firstAdmin, async () => {
      const admin = await this.users.findFirstAdmin();
      if (!admin) await this.create();
      return admin;
    });
    if (existing) await this.warnOfOtherPassword();
  }

  private async create(): Promise<void> {
    const { admin_email: email, admin_password: chosen } = this.config.values.auth;
    const password = chosen ?? randomBytes(18).toString('base64url');
    try {
      await this.users.create({ username: ADMIN_USERNAME, email, password, role: 'admin' }, GATEWAY);
    } catch (cause) {
      const words = `The admin "${ADMIN_USERNAME}" <${email}> cannot be created: ${(cause as Error).message}. Set GATEWAY_ADMIN_EMAIL to another address, or rename the user "${ADMIN_USERNAME}".`;
      throw new Error(words, { cause });
    }
    this.firstRun.adminEmail = email;
    if (!chosen) this.firstRun.adminPassword = password;
  }

  /** The password may have been changed since, so a setting that was left in place never overwrites it. */
  private async warnOfOtherPassword(): Promise<void> {
    const { admin_email: email, admin_password: chosen } = this.config.values.auth;
    if (chosen === undefined) return;
    const admin: User | null = await this.users.findByLogin(email);
    if (admin && (await this.passwords.verify(admin.passwordHash, chosen))) return;
    this.logger.warn(
      `GATEWAY_ADMIN_PASSWORD is not the password of ${email} and is ignored: it is only used when the first admin is created. To change it: tallygate password, or tallygate users set-password ${email} on this machine.`,
    );
  }
}
