import { JwtService } from '@nestjs/jwt';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { ApiKeysService } from '../../../src/api-keys/keys/api-keys.service.js';
import type { Principal } from '../../../src/auth/access/principal.js';
import type { Scope } from '../../../src/auth/access/scopes.js';
import { ClickHouseModule } from '../../../src/clickhouse/clickhouse.module.js';
import { AppConfig, type ConfigValues } from '../../../src/config/app-config.js';
import { ServersModule } from '../../../src/servers/servers.module.js';
import { createUser } from './key-replica.js';
import { startRestApp } from './rest-app.js';
import { startTestClickHouse, type TestClickHouse } from '../databases/test-clickhouse.js';
import { testConfig } from './test-config.js';
import { createTestDatabase, type TestDatabase } from '../databases/test-database.js';

/** A server as `GET /servers` shows it. */
export interface ShownServer {
  id: string;
  name: string;
  config: Record<string, unknown>;
  [field: string]: unknown;
}

/** Port 8000 with upstream servers, on any number of gateways that share a database. */
export class ServersRest {
  app!: NestExpressApplication;
  admin!: Principal;
  private readonly others: NestExpressApplication[] = [];
  private readonly jwt = new JwtService();

  private constructor(
    readonly database: TestDatabase,
    readonly clickhouse: TestClickHouse,
    private readonly settings: Record<string, unknown>,
    private readonly variables: Record<string, string>,
  ) {}

  static async start(settings: Record<string, unknown> = {}, variables: Record<string, string> = {}): Promise<ServersRest> {
    const [database, clickhouse] = await Promise.all([createTestDatabase(), startTestClickHouse()]);
    const rest = new ServersRest(database, clickhouse, settings, variables);
    rest.app = await rest.startApp();
    rest.admin = await createUser(database.dataSource, 'admin');
    return rest;
  }

  /** Another gateway on the same database; it may differ in its settings. */
  async startAnother(settings: Record<string, unknown> = {}): Promise<NestExpressApplication> {
    const app = await this.startApp(settings);
    this.others.push(app);
    return app;
  }

  http(app = this.app) {
    return request(app.getHttpServer());
  }

  bearer({ userId }: Principal): string {
    return `Bearer ${this.jwt.sign({ sub: userId }, { secret: 'test-secret-'.repeat(4), expiresIn: 600 })}`;
  }

  get(path: string, app = this.app) {
    return this.http(app).get(path).set('Authorization', this.bearer(this.admin));
  }

  post(path: string, body: object = {}, app = this.app) {
    return this.http(app).post(path).set('Authorization', this.bearer(this.admin)).send(body);
  }

  patch(path: string, body: object) {
    return this.http().patch(path).set('Authorization', this.bearer(this.admin)).send(body);
  }

  delete(path: string, app = this.app) {
    return this.http(app).delete(path).set('Authorization', this.bearer(this.admin));
  }

  async register(template_name: string, config: object = {}, rest: object = {}): Promise<ShownServer> {
    return (await this.post('/servers', { template_name, config, ...rest }).expect(201)).body as ShownServer;
  }

  /** A key of the admin's with these permissions only. */
  async keyWith(...scopes: Scope[]): Promise<string> {
    const issued = await this.app
      .get(ApiKeysService, { strict: false })
      .create(this.admin, { name: 'k', scopes, expiresAt: null });
    return issued.token;
  }

  async stop(): Promise<void> {
    for (const app of [...this.others, this.app]) await app.close();
    await this.clickhouse.stop();
    await this.database.drop();
  }

  private startApp(settings: Record<string, unknown> = {}): Promise<NestExpressApplication> {
    const urls = { database_url: this.database.url, clickhouse_url: this.clickhouse.url };
    const { values } = testConfig({ ...urls, ...this.settings, ...settings });
    const config = new AppConfig(values as ConfigValues & { auth: { secret_key: string } }, { ...this.variables });
    return startRestApp(config, [ClickHouseModule, ServersModule]);
  }
}
