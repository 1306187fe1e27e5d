import { JwtService } from '@nestjs/jwt';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Type } from '@nestjs/common';
import request from 'supertest';
import { ApiKeyVerifier } from '../../../src/api-keys/verification/api-key.verifier.js';
import type { Principal } from '../../../src/auth/access/principal.js';
import { Clock } from '../../../src/common/clock.js';
import { startRestApp } from './rest-app.js';
import { TestClock } from '../test-clock.js';
import { testConfig } from './test-config.js';
import { createTestDatabase, type TestDatabase } from '../databases/test-database.js';

/** A key as `POST /api/mcp-keys/create` answers. */
export interface Created {
  api_key: string;
  key_id: string;
  expires_at: string | null;
}

/** Port 8000 with API keys, and requests to it by people who are logged in. */
export class KeysRest {
  readonly clock = new TestClock();
  readonly config;

  private constructor(
    readonly database: TestDatabase,
    private readonly modules: Type[],
  ) {
    const limits = { failures_per_address: 5, user_per_hour: 1_000, api_key_per_hour: 200 };
    this.config = testConfig({ database_url: database.url, limits });
  }

  app!: NestExpressApplication;

  static async start(...modules: Type[]): Promise<KeysRest> {
    const rest = new KeysRest(await createTestDatabase(), modules);
    rest.app = await startRestApp(rest.config, modules, [{ provide: Clock, value: rest.clock }]);
    return rest;
  }

  /** Another gateway on the same database, on the real clock. */
  startAnother(): Promise<NestExpressApplication> {
    return startRestApp(this.config, this.modules);
  }

  http() {
    return request(this.app.getHttpServer());
  }

  jwt({ userId }: Principal): string {
    return `Bearer ${new JwtService().sign({ sub: userId }, { secret: this.config.values.auth.secret_key, expiresIn: 3_600 })}`;
  }

  post(who: Principal, path: string, body: object) {
    return this.http().post(path).set('Authorization', this.jwt(who)).send(body);
  }

  async create(who: Principal, body: object = {}): Promise<Created> {
    return (await this.post(who, '/api/mcp-keys/create', body).expect(200)).body as Created;
  }

  rotate(who: Principal, body: object) {
    return this.post(who, '/api/mcp-keys/rotate', body);
  }

  revoke(who: Principal, key_id: string) {
    return this.post(who, '/api/mcp-keys/revoke', { key_id });
  }

  async list(who: Principal, query = ''): Promise<{ keys: Record<string, unknown>[]; total: number }> {
    return (await this.http().get(`/api/mcp-keys/list${query}`).set('Authorization', this.jwt(who)).expect(200)).body as never;
  }

  /** `ok`, or why the key is refused. */
  async verdict(token: string): Promise<string> {
    const answer = await this.app.get(ApiKeyVerifier).verify(token);
    return answer.ok ? 'ok' : answer.reason;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.drop();
  }
}
