import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeysModule } from '../../src/api-keys/api-keys.module.js';
import { ApiKeyVerifier } from '../../src/api-keys/verification/api-key.verifier.js';
import { ACTIVE_KEYS_MAX, MADE_IN_A_DAY_MAX } from '../../src/api-keys/keys/key-issuer.service.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { createUser } from '../support/gateway/key-replica.js';
import { KeysRest, type Created } from '../support/gateway/keys-rest.js';

const DAY_MS = 86_400_000;
const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('API keys over REST', () => {
  let rest: KeysRest;
  let owner: Principal;
  beforeAll(async () => {
    rest = await KeysRest.start(ApiKeysModule);
  });
  afterAll(() => rest.stop());
  beforeEach(async () => {
    owner = await createUser(rest.database.dataSource);
    rest.clock.advance(3_600_000);
  });

  const newUser = (role: 'admin') => createUser(rest.database.dataSource, role);

  describe('create', () => {
    it('answers the request of source 000 with the whole key and nothing it does not name', async () => {
      const { status, body, headers } = await rest.post(owner, '/api/mcp-keys/create', {
        key_name: 'my-cursor-key',
        expires_days: 90,
      });
      expect({ status, body }).toEqual({
        status: 200,
        body: {
          success: true,
          message: 'Save this API key now: it is shown only once.',
          api_key: expect.stringMatching(/^sk-[0-9A-Za-z]{50}$/),
          key_id: expect.any(String),
          key_name: 'my-cursor-key',
          api_key_prefix: (body as Created).api_key.slice(0, 12),
          created_at: new Date(rest.clock.now()).toISOString(),
          expires_at: new Date(rest.clock.now() + 90 * DAY_MS).toISOString(),
        },
      });
      expect(headers['cache-control']).toBe('no-store');
    });

    it('makes a key that may call tools and never expires, when nothing is asked for', async () => {
      const { api_key, expires_at } = await rest.create(owner);
      expect(expires_at).toBeNull();
      const answer = await rest.app.get(ApiKeyVerifier).verify(api_key);
      expect(answer).toMatchObject({
        ok: true,
        principal: { userId: owner.userId, scopes: new Set(['tools:call']), apiKey: { allowedTools: null } },
      });
    });

    it('keeps nothing of the secret', async () => {
      const { api_key, key_id } = await rest.create(owner);
      const [row] = await rest.database.dataSource.query('SELECT k::text AS text FROM mcp.api_keys k WHERE id = $1', [key_id]);
      expect(row.text).not.toContain(api_key.slice(15));
      expect(row.text).not.toContain(api_key.slice(20, 30));
    });

    it.each([
      [{ expires_days: 0 }, 'expires_days'],
      [{ expires_days: 3_651 }, 'expires_days'],
      [{ expires_days: 1.5 }, 'expires_days'],
      [{ expires_days: '90' }, 'expires_days'],
      [{ key_name: '' }, 'key_name'],
      [{ key_name: '   ' }, 'key_name'],
      [{ key_name: 'x'.repeat(101) }, 'key_name'],
      [{ key_name: 'a\u0007b' }, 'key_name'],
      [{ key_name: ['a'] }, 'key_name'],
      [{ permissions: ['root'] }, 'permissions'],
      [{ permissions: [] }, 'permissions'],
      [{ permissions: 'tools:call' }, 'permissions'],
      [{ allowed_tools: ["x'; DROP TABLE mcp.api_keys; --"] }, 'allowed_tools'],
      [{ allowed_tools: [] }, 'allowed_tools'],
      [{ rate_limit_per_hour: 0 }, 'rate_limit_per_hour'],
      [{ rate_limit_per_hour: 1e12 }, 'rate_limit_per_hour'],
      [{ user_id: NOBODY }, 'user_id'],
    ])('refuses %j, naming the field', async (body, field) => {
      const answer = await rest.post(owner, '/api/mcp-keys/create', body);
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({
        error_code: 'VALIDATION_ERROR',
        detail: [{ loc: expect.arrayContaining(['body', field]) }],
      });
    });

    it('refuses a key that could do more than its owner, and says what is missing', async () => {
      const permissions = ['tools:call', 'gateway:write', 'admin'];
      for (const [path, body] of [
        ['/api/mcp-keys/create', { permissions }],
        ['/auth/api-keys', { name: 'k', permissions }],
      ] as const) {
        const { status, body: answer } = await rest.post(owner, path, body);
        expect(status).toBe(403);
        expect(answer).toMatchObject({
          detail: 'Insufficient permissions for this operation',
          error_code: 'INSUFFICIENT_PERMISSIONS',
          required_permissions: ['gateway:write', 'admin'],
        });
      }
    });

    it('lets only an admin raise the rate limit of a key', async () => {
      const body = { rate_limit_per_hour: 201 };
      expect((await rest.post(owner, '/api/mcp-keys/create', { rate_limit_per_hour: 200 })).status).toBe(200);
      expect((await rest.post(owner, '/api/mcp-keys/create', body)).body).toMatchObject({ required_permissions: ['admin'] });
      expect((await rest.post(await newUser('admin'), '/api/mcp-keys/create', body)).status).toBe(200);
    });

    it('stops at the most active keys allowed, however many ask at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: ACTIVE_KEYS_MAX + 10 }, () => rest.post(owner, '/api/mcp-keys/create', {})),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(ACTIVE_KEYS_MAX);
      expect(statuses.filter((status) => status === 409)).toHaveLength(10);
      const { key_id } = answers.find(({ status }) => status === 200)!.body as Created;
      expect((await rest.rotate(owner, { key_id, overlap_seconds: 60 })).status).toBe(409);
      expect((await rest.rotate(owner, { key_id })).status).toBe(200);
      expect((await rest.list(owner)).total).toBe(ACTIVE_KEYS_MAX);
    });

    it('stops at a thousand keys within a day, though rotating meets no limit of requests', async () => {
      const { key_id } = await rest.create(owner);
      await rest.database.dataSource.query(
        `INSERT INTO mcp.api_keys (token_id, hmac, prefix, user_id, name, scopes, is_active, created_at)
         SELECT gen_random_uuid(), sha256(''), 'sk-', $1, 'rotated', '{tools:call}', false, $2::timestamptz
         FROM generate_series(2, $3::int)`,
        [owner.userId, new Date(rest.clock.now()), MADE_IN_A_DAY_MAX],
      );
      for (const { status, body } of [await rest.rotate(owner, { key_id }), await rest.post(owner, '/api/mcp-keys/create', {})])
        expect([status, (body as { detail: string }).detail]).toEqual([409, expect.stringMatching(/^1000 keys were made/)]);
      expect((await rest.post(owner, '/api/mcp-keys/revoke', { key_id })).status).toBe(200);
      rest.clock.advance(DAY_MS);
      await rest.create(owner);
    });

    it('needs a login token; an API key cannot make another', async () => {
      const { api_key } = await rest.create(owner);
      expect((await rest.http().post('/api/mcp-keys/create').send({})).status).toBe(401);
      expect((await rest.http().post('/api/mcp-keys/create').set('Authorization', `Bearer ${api_key}`).send({})).status).toBe(
        401,
      );
    });
  });

  describe('POST /auth/api-keys', () => {
    it('answers the request of source 003', async () => {
      const expires_at = new Date(rest.clock.now() + DAY_MS).toISOString();
      const body = { name: 'my-service-key', permissions: ['gateway:read', 'tools:call'], expires_at };
      const answer = await rest.post(owner, '/auth/api-keys', body);
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ ...body, api_key: expect.stringMatching(/^sk-/), id: expect.any(String) });
    });

    it.each(['yesterday', '2020-01-01', '2999-01-01T00:00:00Z', 12])('refuses to expire at %s', async (expires_at) => {
      const answer = await rest.post(owner, '/auth/api-keys', { name: 'k', permissions: ['tools:call'], expires_at });
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ detail: [{ loc: ['body', 'expires_at'] }] });
    });
  });

  describe('list', () => {
    it('shows active keys, newest first, without secrets', async () => {
      const made: string[] = [];
      for (const key_name of ['first', 'second', 'third']) {
        made.unshift((await rest.create(owner, { key_name })).key_id);
        rest.clock.advance(1);
      }
      const { keys, total } = await rest.list(owner);
      expect(keys.map(({ id }) => id)).toEqual(made);
      expect(total).toBe(3);
      expect(Object.keys(keys[0]!)).toEqual(expect.arrayContaining(['id', 'key_name', 'api_key_prefix', 'is_active']));
      expect(JSON.stringify(keys)).not.toMatch(/hmac|token|secret/);
    });

    it('leaves out revoked and expired keys unless they are asked for', async () => {
      const [revoked, expired, active] = [
        await rest.create(owner),
        await rest.create(owner, { expires_days: 1 }),
        await rest.create(owner, { expires_days: 2 }),
      ];
      await rest.revoke(owner, revoked.key_id);
      rest.clock.advance(DAY_MS);
      expect((await rest.list(owner)).keys.map(({ id }) => id)).toEqual([active.key_id]);
      expect((await rest.list(owner, '?include_inactive=false')).total).toBe(1);
      const all = await rest.list(owner, '?include_inactive=true');
      expect(new Map(all.keys.map(({ id, is_active }) => [id, is_active]))).toEqual(
        new Map([
          [active.key_id, true],
          [expired.key_id, false],
          [revoked.key_id, false],
        ]),
      );
      expect(
        (await rest.http().get('/api/mcp-keys/list?include_inactive=maybe').set('Authorization', rest.jwt(owner))).status,
      ).toBe(422);
    });

    it("never shows another user's keys, not even to an admin", async () => {
      await rest.create(owner);
      expect(await rest.list(await newUser('admin'), '?include_inactive=true')).toMatchObject({ keys: [], total: 0 });
    });
  });
});
