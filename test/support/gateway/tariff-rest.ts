import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AccountsModule } from '../../../src/accounts/accounts.module.js';
import type { Principal } from '../../../src/auth/access/principal.js';
import { ClickHouseModule } from '../../../src/clickhouse/clickhouse.module.js';
import { ExamplesModule } from '../../../src/examples/examples.module.js';
import { GatewayApiModule } from '../../../src/gateway-api/gateway-api.module.js';
import { PortalModule } from '../../../src/portal/portal.module.js';
import { AccountsRest } from './accounts-rest.js';
import { startRestApp } from './rest-app.js';
import { testConfig } from './test-config.js';

const MODULES = [ExamplesModule, GatewayApiModule, PortalModule];

/** One change in the audit log. */
export interface Audited {
  action: string;
  subject_id: string;
  actor_id: string | null;
  details: Record<string, unknown>;
}

/** Two gateways on one database, an admin, and whoever calls. */
export class TariffRest {
  readonly apps: NestExpressApplication[] = [];

  private constructor(
    readonly rest: AccountsRest,
    readonly admin: Principal,
  ) {}

  static async start(settings: object = {}): Promise<TariffRest> {
    const rest = await AccountsRest.start(settings, MODULES);
    const tariff = new TariffRest(rest, await rest.newUser('admin'));
    tariff.apps.push(rest.app, await tariff.another(settings));
    return tariff;
  }

  /** Another gateway, which may differ in its settings; it is closed with the others. */
  async startAnother(settings: object): Promise<NestExpressApplication> {
    const app = await this.another(settings);
    this.apps.push(app);
    return app;
  }

  get(path: string, app = this.apps[0]!) {
    return request(app.getHttpServer()).get(path).set('Authorization', this.rest.bearer(this.admin));
  }

  put(path: string, body: object, app = this.apps[0]!) {
    return request(app.getHttpServer()).put(path).set('Authorization', this.rest.bearer(this.admin)).send(body);
  }

  delete(path: string, app = this.apps[0]!) {
    return request(app.getHttpServer()).delete(path).set('Authorization', this.rest.bearer(this.admin));
  }

  /** Calls `greet` with a key, and says what it was charged. */
  async charged(key: string, app = this.apps[0]!): Promise<number> {
    const call = { server_id: 'examples', tool_name: 'greet', arguments: { name: 'A' } };
    const { body } = await request(app.getHttpServer()).post('/tools/call').set('X-API-Key', key).send(call).expect(200);
    return (body as { usage: { credits_charged: number } }).usage.credits_charged;
  }

  /** What the audit log has of one thing, the newest first. */
  async audited(of: string): Promise<Audited[]> {
    const { body } = await this.get(`/api/admin/audit?${of}`).expect(200);
    return (body as { entries: Audited[] }).entries;
  }

  async stop(): Promise<void> {
    for (const app of this.apps.slice(1)) await app.close();
    await this.rest.stop();
  }

  private another(settings: object): Promise<NestExpressApplication> {
    const urls = { database_url: this.rest.database.url, clickhouse_url: this.rest.clickhouse.url };
    return startRestApp(testConfig({ ...urls, ...settings }), [ClickHouseModule, AccountsModule, ...MODULES]);
  }
}
