import { expect } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AccountsModule } from '../../../src/accounts/accounts.module.js';
import type { Principal } from '../../../src/auth/access/principal.js';
import { ClickHouseModule } from '../../../src/clickhouse/clickhouse.module.js';
import { Clock } from '../../../src/common/clock.js';
import { AppConfig } from '../../../src/config/app-config.js';
import { noticesSchema } from '../../../src/config/notices-config.js';
import { NoticeScan } from '../../../src/notices/occasions/notice-scan.service.js';
import { NoticesModule } from '../../../src/notices/notices.module.js';
import { eventually } from '../eventually.js';
import { AccountsRest } from '../gateway/accounts-rest.js';
import { startRestApp } from '../gateway/rest-app.js';
import type { WebhookReceiver } from './webhook-receiver.js';

/** A delivery as `GET /api/admin/webhooks/deliveries` shows it. */
export interface ShownDelivery {
  id: number;
  notice_id: string;
  kind: string;
  channel: string;
  endpoint: string;
  state: string;
  tries: number;
  due_at: string | null;
  attempts: { status: number | null; error: string | null; duration_ms: number }[];
}

/** Fast, on this machine. */
export const QUICK = {
  allowed_networks: ['127.0.0.0/8'],
  scan_seconds: 0.2,
  retry_seconds: 0.1,
  timeout_seconds: 0.5,
  server_down_seconds: 0,
};

export const webhookTo = ({ url, secret }: WebhookReceiver, more: object = {}) => ({ url, secret, ...more });

/** Port 8000 with accounts, servers and notices, on any number of gateways that share a database. */
export class NoticesRest {
  private readonly others: NestExpressApplication[] = [];

  private constructor(
    readonly rest: AccountsRest,
    readonly admin: Principal,
  ) {}

  static async start(notices: object, settings: object = {}): Promise<NoticesRest> {
    const rest = await AccountsRest.start({ notices: { ...QUICK, ...notices }, ...settings }, [NoticesModule]);
    await rest.app.get(NoticeScan).scan(); // what holds now is not told of, and all that a test does is
    return new NoticesRest(rest, await rest.newUser('admin'));
  }

  /** Another gateway on the same database, with the same settings, and these of notices. */
  async startAnother(notices: object = {}): Promise<NestExpressApplication> {
    const { values, templateVariables } = this.rest.app.get(AppConfig);
    const config = new AppConfig(
      { ...values, notices: noticesSchema.parse({ ...values.notices, ...notices }) },
      templateVariables,
    );
    const clock = { provide: Clock, value: this.rest.clock };
    const app = await startRestApp(config, [ClickHouseModule, AccountsModule, NoticesModule], [clock]);
    this.others.push(app);
    return app;
  }

  /** Fails until some gateway has looked for the kind. */
  async isLookedFor(kind: string): Promise<void> {
    const rows = await this.rest.database.postgres.query('SELECT 1 FROM mcp.notice_scans WHERE kind = $1', [kind]);
    expect(rows).toHaveLength(1);
  }

  /** Resolves when every kind that is told has been looked for since, by whichever gateway, and what this one has seen itself. */
  async isScanned(): Promise<void> {
    const [{ now }] = (await this.rest.database.postgres.query<{ now: Date }>('SELECT clock_timestamp() AS now')) as [
      { now: Date },
    ];
    await eventually(async () => {
      await this.rest.app.get(NoticeScan).scan();
      const late = 'SELECT kind FROM mcp.notice_scans WHERE scanned_at < $1';
      expect(await this.rest.database.postgres.query(late, [now])).toEqual([]);
    });
  }

  /** Sends a test notice and returns its deliveries. */
  async test(webhook?: string): Promise<number[]> {
    const { body } = await this.rest.post(this.admin, '/api/admin/webhooks/test', { webhook }).expect(202);
    return (body as { delivery_ids: number[] }).delivery_ids;
  }

  async deliveries(query = ''): Promise<ShownDelivery[]> {
    const { body } = await this.rest.get(this.admin, `/api/admin/webhooks/deliveries?page_size=100&${query}`).expect(200);
    return (body as { deliveries: ShownDelivery[] }).deliveries;
  }

  /** The delivery as soon as it is in this state. */
  ended(id: number, state: string): Promise<ShownDelivery> {
    return eventually(async () => {
      const found = (await this.deliveries()).find((one) => one.id === id)!;
      if (found.state !== state) throw new Error(JSON.stringify(found));
      return found;
    });
  }

  async stop(): Promise<void> {
    for (const app of this.others) await app.close();
    await this.rest.stop();
  }
}
