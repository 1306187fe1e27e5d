import { JwtService } from '@nestjs/jwt';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AccountsModule } from '../../../src/accounts/accounts.module.js';
import { ApiKeyVerifier } from '../../../src/api-keys/verification/api-key.verifier.js';
import type { Principal } from '../../../src/auth/access/principal.js';
import { ClickHouseModule } from '../../../src/clickhouse/clickhouse.module.js';
import { Clock, SystemClock } from '../../../src/common/clock.js';
import type { Reservation } from '../../../src/credits/leases/account-lease.js';
import { CallCharge } from '../../../src/credits/leases/call-charge.js';
import { CreditLeases } from '../../../src/credits/leases/credit-leases.service.js';
import { CreditPosting } from '../../../src/credits/posting/credit-posting.service.js';
import type { FinishedCall } from '../../../src/usage/recording/usage-event.js';
import { UsageRecorder } from '../../../src/usage/recording/usage-recorder.service.js';
import { UsageStatus } from '../../../src/usage/delivery/usage-status.service.js';
import { eventually } from '../eventually.js';
import { createUser } from './key-replica.js';
import { startRestApp } from './rest-app.js';
import { startTestClickHouse, type TestClickHouse } from '../databases/test-clickhouse.js';
import { testConfig } from './test-config.js';
import { createTestDatabase, type TestDatabase } from '../databases/test-database.js';
import { anEvent } from '../databases/usage-rig.js';

/** What `POST /api/mcp/enable` answers. */
export interface Enabled {
  mcp_api_key: string;
  account: { id: number; user_email: string; mcp_key_prefix: string };
}

/** The wall clock can be set; the monotonic one is real. */
class WallClock extends SystemClock {
  at: number | undefined;

  override now(): number {
    return this.at ?? super.now();
  }
}

/** Port 8000 with accounts on both real engines, and requests to it by people who are logged in. */
export class AccountsRest {
  readonly clock = new WallClock();
  app!: NestExpressApplication;
  private readonly jwt = new JwtService();

  private constructor(
    readonly database: TestDatabase,
    readonly clickhouse: TestClickHouse,
  ) {}

  /** With further modules and fakes of their providers, where a test needs them. */
  static async start(
    settings: object = {},
    modules: Parameters<typeof startRestApp>[1] = [],
    overrides: Parameters<typeof startRestApp>[2] = [],
  ): Promise<AccountsRest> {
    const rest = new AccountsRest(...(await Promise.all([createTestDatabase(), startTestClickHouse()])));
    const urls = { database_url: rest.database.url, clickhouse_url: rest.clickhouse.url };
    const config = testConfig({ ...urls, usage: { delivery_interval_ms: 50 }, ...settings });
    rest.app = await startRestApp(
      config,
      [ClickHouseModule, AccountsModule, ...modules],
      [{ provide: Clock, value: rest.clock }, ...overrides],
    );
    return rest;
  }

  newUser(role: 'user' | 'admin' = 'user'): Promise<Principal> {
    return createUser(this.database.dataSource, role);
  }

  /** A user with an account. */
  async newAccount(): Promise<Enabled & { user: Principal }> {
    const user = await this.newUser();
    return { ...((await this.post(user, '/api/mcp/enable').expect(200)).body as Enabled), user };
  }

  get(who: Principal, path: string) {
    return this.http().get(path).set('Authorization', this.bearer(who));
  }

  post(who: Principal, path: string, body?: object) {
    return this.http().post(path).set('Authorization', this.bearer(who)).send(body);
  }

  put(who: Principal, path: string, body: object) {
    return this.http().put(path).set('Authorization', this.bearer(who)).send(body);
  }

  delete(who: Principal, path: string, body: object = {}) {
    return this.http().delete(path).set('Authorization', this.bearer(who)).send(body);
  }

  http() {
    return request(this.app.getHttpServer());
  }

  bearer({ userId }: Principal): string {
    return `Bearer ${this.jwt.sign({ sub: userId }, { secret: 'test-secret-'.repeat(4), expiresIn: 600 })}`;
  }

  /** `ok`, or why the key is refused. */
  async verdict(token: string): Promise<string> {
    const answer = await this.app.get(ApiKeyVerifier).verify(token);
    return answer.ok ? 'ok' : answer.reason;
  }

  /** A call from reservation to its record, posted; its event waits for delivery. */
  async call(account: { id: number }, user: Principal, charge: number, event: Partial<FinishedCall> = {}): Promise<void> {
    const usage = anEvent({ user_id: user.userId, credits_cost: charge, credits_charged: charge, ...event });
    const leases = this.app.get(CreditLeases);
    const leased = new CallCharge(leases, (await leases.reserve(account.id, charge)) as Reservation, charge);
    await this.app.get(UsageRecorder).record(usage, { charge: leased });
    leased.recorded();
    await this.app.get(CreditPosting).post();
  }

  /** Usage without an account's ledger. */
  async record(...events: Partial<FinishedCall>[]): Promise<void> {
    await Promise.all(events.map((event) => this.app.get(UsageRecorder).record(anEvent(event))));
  }

  /** Resolves when nothing waits to be delivered. */
  async delivered(): Promise<void> {
    await eventually(async () => {
      const [row] = await this.database.dataSource.query<{ waiting: number }[]>(
        'SELECT (SELECT count(*) FROM mcp.undelivered_usage)::int + (SELECT count(*) FROM mcp.usage_batches)::int AS waiting',
      );
      if (row!.waiting > 0) throw new Error(`${row!.waiting} wait`);
    });
  }

  /** Resolves when this process delivers. */
  delivers(): Promise<void> {
    return eventually(async () => {
      if (!(await this.app.get(UsageStatus).read()).is_delivering) throw new Error('not yet');
    });
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.clickhouse.stop();
    await this.database.drop();
  }
}
