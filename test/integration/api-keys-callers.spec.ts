import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import request from 'supertest';
import { createToken } from '../../src/api-keys/keys/api-key-token.js';
import { ApiKeysModule } from '../../src/api-keys/api-keys.module.js';
import { ApiKeysService } from '../../src/api-keys/keys/api-keys.service.js';
import { CallerAuthenticated } from '../../src/api-keys/caller-authenticated.decorator.js';
import { CurrentPrincipal } from '../../src/auth/access/current-principal.decorator.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { FirstRunSecrets } from '../../src/config/first-run-secrets.js';
import { eventually } from '../support/eventually.js';
import { createUser } from '../support/gateway/key-replica.js';
import { KeysRest } from '../support/gateway/keys-rest.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase } from '../support/databases/test-database.js';

@Controller('caller')
class CallerController {
  @Get()
  @CallerAuthenticated('tools:call')
  whoami(@CurrentPrincipal() { userId, apiKey }: Principal) {
    return { userId, key: apiKey?.name ?? null };
  }

  @Get('write')
  @CallerAuthenticated('gateway:write')
  write() {
    return {};
  }
}

@Module({ imports: [ApiKeysModule], controllers: [CallerController] })
class CallerModule {}

describe('API keys in use', () => {
  let rest: KeysRest;
  let owner: Principal;
  beforeAll(async () => {
    rest = await KeysRest.start(CallerModule);
  });
  afterAll(() => rest.stop());
  beforeEach(async () => {
    owner = await createUser(rest.database.dataSource);
    rest.clock.advance(3_600_000);
  });

  const call = (headers: Record<string, string>) => rest.http().get('/caller').set(headers);
  const statusOf = async (token: string) => (await call({ 'X-API-Key': token })).status;

  describe('A caller', () => {
    it.each(['X-API-Key', 'x-api-key', 'X-Api-KEY'])('may send a key as %s', async (header) => {
      const { api_key } = await rest.create(owner);
      expect((await call({ [header]: api_key })).status).toBe(200);
    });

    it('may send a key as bearer, or a login token', async () => {
      const { api_key } = await rest.create(owner, { key_name: 'k' });
      expect((await call({ Authorization: `Bearer ${api_key}` })).body).toEqual({ userId: owner.userId, key: 'k' });
      expect((await call({ Authorization: rest.jwt(owner) })).body).toEqual({ userId: owner.userId, key: null });
      expect((await call({})).status).toBe(401);
      expect((await call({ Authorization: 'Bearer nonsense' })).body).toMatchObject({ detail: 'Invalid token' });
    });

    it("is counted by its key's own limit", async () => {
      const { api_key } = await rest.create(owner, { rate_limit_per_hour: 2 });
      const answers = [
        await call({ 'X-API-Key': api_key }),
        await call({ 'X-API-Key': api_key }),
        await call({ 'X-API-Key': api_key }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(answers[0]!.headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' });
    });

    it('with too many wrong keys is refused before any look-up, while good keys known from there still pass', async () => {
      const { api_key } = await rest.create(owner);
      const from = (token: string) => call({ 'X-API-Key': token, 'X-Forwarded-For': '203.0.113.9' });
      const statuses: number[] = [];
      for (let n = 0; n < 7; n += 1) statuses.push((await from(createToken('sk-').token)).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
      await eventually(async () => {
        expect(await statusOf(api_key)).toBe(200);
        expect((await from(api_key)).status).toBe(200);
      });
      rest.clock.advance(15 * 60_000 + 1);
      expect((await from(createToken('sk-').token)).status).toBe(401);
    });
  });

  it('makes one default key on the first start, also when replicas start together, and another never', async () => {
    const empty = await createTestDatabase();
    const start = () => startRestApp(testConfig({ database_url: empty.url }), [ApiKeysModule]);
    const apps = await Promise.all([start(), start()]);
    const tokens = apps.map((replica) => replica.get(FirstRunSecrets).apiKey).filter((token) => token !== undefined);
    expect(tokens).toHaveLength(1);
    const rows = await empty.dataSource.query<object[]>(
      'SELECT k.name, k.scopes, k.prefix, u.role FROM mcp.api_keys k JOIN mcp.users u ON u.id = k.user_id',
    );
    expect(rows).toEqual([{ name: 'default', scopes: ['tools:call'], prefix: tokens[0]!.slice(0, 12), role: 'admin' }]);
    await empty.dataSource.query('UPDATE mcp.api_keys SET is_active = false');
    const later = await start();
    expect(later.get(FirstRunSecrets).apiKey).toBeUndefined();
    for (const replica of [...apps, later]) await replica.close();
    await empty.drop();
  });

  it('writes the last use of a key when the gateway stops', async () => {
    const { token, key } = await rest.app.get(ApiKeysService).create(owner, { name: 'k', expiresAt: null });
    const other = await rest.startAnother();
    await request(other.getHttpServer()).get('/caller').set('X-API-Key', token).expect(200);
    await other.close();
    const [row] = await rest.database.dataSource.query('SELECT last_used_at FROM mcp.api_keys WHERE id = $1', [key.id]);
    expect(Date.now() - (row.last_used_at as Date).getTime()).toBeLessThan(60_000);
  });
});
