import { Injectable, Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { Postgres } from '../../database/postgres.js';
import { AppConfig } from '../../config/app-config.js';
import { FirstRun } from '../../config/first-run.js';
import { LOCK } from '../../database/advisory-lock.js';
import { PasswordHasher } from './password-hasher.js';
import type { User } from './user.entity.js';
import { UsersService } from './users.service.js';

const ADMIN_USERNAME = 'admin';

/** Makes sure there is somebody who can log in. */
@Injectable()
export class AdminBootstrap {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly postgres: Postgres,
    private readonly users: UsersService,
    private readonly passwords: PasswordHasher,
    private readonly firstRun: FirstRun,
    private readonly config: AppConfig,
  ) {}

  /**
   * Creates the admin where there is none; replicas that start together create one. A generated password goes into
   * `FirstRun` and nowhere else.
   * @throws Error when the admin's name or e-mail belongs to somebody else.
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
      await this.users.create({ username: ADMIN_USERNAME, email, password, role: 'admin' });
    } catch (cause) {
      const words = `The admin "${ADMIN_USERNAME}" <${email}> cannot be created: ${(cause as Error).message}. Set GATEWAY_ADMIN_EMAIL to another address, or rename the user "${ADMIN_USERNAME}".`;
      throw new Error(words, { cause });
    }
    this.firstRun.adminEmail = email;
    if (!chosen) this.firstRun.adminPassword = password;
  }

  /** A password someone may have changed since is never overwritten by a setting somebody forgot to remove. */
  private async warnOfOtherPassword(): Promise<void> {
    const { admin_email: email, admin_password: chosen } = this.config.values.auth;
    if (chosen === undefined) return;
    const admin: User | null = await this.users.findByLogin(email);
    if (admin && (await this.passwords.verify(admin.passwordHash, chosen))) return;
    this.logger.warn(
      `GATEWAY_ADMIN_PASSWORD is not the password of ${email} and changes nothing: it is only used when the first admin is created.`,
    );
  }
}
