import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomBytes } from 'node:crypto';
import { expect, jest } from '@jest/globals';
import { AuthModule } from '../../../src/auth/auth.module.js';
import { AuthChangeFeed } from '../../../src/auth/changes/auth-change-feed.js';
import { SessionsRepository } from '../../../src/auth/sessions/sessions.repository.js';
import { UsersService } from '../../../src/auth/users/users.service.js';
import { Clock } from '../../../src/common/clock.js';
import { createTestDatabase, type TestDatabase } from '../databases/test-database.js';
import { eventually } from '../eventually.js';
import { TestClock } from '../test-clock.js';
import { Browser } from './browser.js';
import { startRestApp } from './rest-app.js';
import { testConfig } from './test-config.js';

export const PASSWORD = 'correct horse';
/** What both replicas answer for a session that works, and for one that is over. */
export const [OK, OVER] = [
  [200, 200],
  [401, 401],
];

/** Two replicas on one database, on a clock of the test's, and browsers of one user after the other. */
export class SessionRig {
  readonly clock = new TestClock();
  user!: { id: string; email: string };

  private constructor(
    readonly database: TestDatabase,
    readonly apps: NestExpressApplication[] = [],
  ) {}

  static async start(settings: object): Promise<SessionRig> {
    const rig = new SessionRig(await createTestDatabase());
    const config = () => testConfig({ database_url: rig.database.url, ...settings });
    for (let replica = 0; replica < 2; replica += 1)
      rig.apps.push(await startRestApp(config(), [AuthModule], [{ provide: Clock, value: rig.clock }]));
    return rig;
  }

  async newUser(): Promise<void> {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    this.user = await this.apps[0]!.get(UsersService).create({ email, password: PASSWORD });
  }

  browser(replica = 0, cookie?: string): Browser {
    return new Browser(this.apps[replica]!.getHttpServer(), cookie);
  }

  async signedIn(replica = 0): Promise<Browser> {
    const made = this.browser(replica);
    expect((await made.signIn(this.user.email, PASSWORD)).status).toBe(200);
    return made;
  }

  /** What both replicas say to the cookie. */
  verdicts(cookie: string | undefined): Promise<number[]> {
    return Promise.all(
      this.apps.map(async (_, replica) => (await this.browser(replica, cookie).get('/api/auth/session')).status),
    );
  }

  /** Resolves when both replicas have heard of every change until now. */
  fresh(): Promise<void> {
    return eventually(() => {
      for (const app of this.apps) if (!app.get(AuthChangeFeed).isFresh()) throw new Error('A feed of changes is not fresh');
    });
  }

  /** Resolves when the first replica has the session in memory. */
  known(cookie: string | undefined): Promise<void> {
    const asked = jest.spyOn(this.apps[0]!.get(SessionsRepository), 'findByHash');
    return eventually(async () => {
      asked.mockClear();
      expect((await this.browser(0, cookie).get('/api/auth/session')).status).toBe(200);
      expect(asked).toHaveBeenCalledTimes(0);
    }).finally(() => asked.mockRestore());
  }

  /** Of the user's sessions. */
  rows(columns: string): Promise<Record<string, unknown>[]> {
    return this.database.dataSource.query(`SELECT ${columns} FROM mcp.sessions WHERE user_id = $1`, [this.user.id]);
  }

  /** Resolves when the use of the user's only session just now is in the database. */
  writtenDown(): Promise<void> {
    const now = new Date(this.clock.now());
    return eventually(async () => expect(await this.rows('last_seen_at')).toEqual([{ last_seen_at: now }]));
  }

  async stop(): Promise<void> {
    for (const app of this.apps) await app.close();
    await this.database.drop();
  }
}
