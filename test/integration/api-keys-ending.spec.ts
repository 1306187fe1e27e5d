import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeysModule } from '../../src/api-keys/api-keys.module.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { eventually } from '../support/eventually.js';
import { createUser } from '../support/gateway/key-replica.js';
import { KeysRest, type Created } from '../support/gateway/keys-rest.js';

const DAY_MS = 86_400_000;
const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('The end of an API key', () => {
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

  describe('revoke', () => {
    it('ends a key at once, and can be repeated', async () => {
      const { api_key, key_id } = await rest.create(owner);
      expect(await rest.verdict(api_key)).toBe('ok');
      for (const round of [1, 2]) {
        const { status, body } = await rest.revoke(owner, key_id);
        expect({ round, status, body }).toEqual({ round, status: 200, body: { success: true, message: 'API key revoked' } });
      }
      expect(await rest.verdict(api_key)).toBe('revoked');
    });

    it("does not find a key that is unknown or someone else's", async () => {
      const { api_key, key_id } = await rest.create(owner);
      const stranger = await newUser('admin');
      for (const path of ['/api/mcp-keys/revoke', '/api/mcp-keys/rotate']) {
        expect((await rest.post(stranger, path, { key_id })).status).toBe(404);
        expect((await rest.post(owner, path, { key_id: NOBODY })).status).toBe(404);
        expect((await rest.post(owner, path, { key_id: "' OR 1=1 --" })).status).toBe(422);
      }
      expect(await rest.verdict(api_key)).toBe('ok');
    });
  });

  it('meets no rate limit: who has spent the hour still revokes and rotates', async () => {
    const [old, other] = [await rest.create(owner), await rest.create(owner)];
    const list = () => rest.http().get('/api/mcp-keys/list').set('Authorization', rest.jwt(owner));
    const spend = async () => expect((await Promise.all(Array.from({ length: 100 }, list))).at(-1)!.status).toBe(429);
    await eventually(spend, 60_000);
    for (let n = 0; n < 3; n += 1) await rest.revoke(owner, old.key_id).expect(200);
    const next = (await rest.rotate(owner, { key_id: other.key_id }).expect(200)).body as Created;
    expect([await rest.verdict(old.api_key), await rest.verdict(next.api_key)]).toEqual(['revoked', 'ok']);
    await list().expect(429);
  }, 80_000);

  describe('rotate', () => {
    it('gives a new key with the same name, rights, limits and expiry, and ends the old one', async () => {
      const wishes = { permissions: ['gateway:read'], allowed_tools: ['a'], rate_limit_per_hour: 9 };
      const old = await rest.create(owner, { key_name: 'k', expires_days: 3, ...wishes });
      rest.clock.advance(DAY_MS);
      const { status, body } = (await rest.rotate(owner, { key_id: old.key_id })) as { status: number; body: Created };
      expect({ status, body }).toMatchObject({ status: 200, body: { key_name: 'k', expires_at: old.expires_at } });
      const rows = await rest.database.dataSource.query(
        'SELECT scopes, allowed_tools, rate_limit_per_hour FROM mcp.api_keys WHERE id IN ($1, $2)',
        [old.key_id, body.key_id],
      );
      expect(rows[0]).toEqual(rows[1]);
      expect([await rest.verdict(old.api_key), await rest.verdict(body.api_key)]).toEqual(['revoked', 'ok']);
    });

    it('lets the old key live for the overlap', async () => {
      const old = await rest.create(owner);
      const { body } = (await rest.rotate(owner, { key_id: old.key_id, overlap_seconds: 60 })) as { body: Created };
      expect([await rest.verdict(old.api_key), await rest.verdict(body.api_key)]).toEqual(['ok', 'ok']);
      rest.clock.advance(60_000);
      expect([await rest.verdict(old.api_key), await rest.verdict(body.api_key)]).toEqual(['expired', 'ok']);
      expect(body.expires_at).toBeNull();
    });

    it('never lets the old key live longer than it would have', async () => {
      const old = await rest.create(owner, { expires_days: 1 });
      rest.clock.advance(DAY_MS - 1_000);
      await rest.rotate(owner, { key_id: old.key_id, overlap_seconds: 3_600 });
      rest.clock.advance(1_000);
      expect(await rest.verdict(old.api_key)).toBe('expired');
    });

    it('is refused for a key that is revoked, expired, or rotated already', async () => {
      const [revoked, expired, rotated] = [
        await rest.create(owner),
        await rest.create(owner, { expires_days: 1 }),
        await rest.create(owner),
      ];
      await rest.revoke(owner, revoked.key_id);
      rest.clock.advance(DAY_MS);
      await rest.rotate(owner, { key_id: rotated.key_id, overlap_seconds: 60 });
      for (const { key_id } of [revoked, expired, rotated]) expect((await rest.rotate(owner, { key_id })).status).toBe(409);
      for (const overlap_seconds of [-1, 604_801, 0.5, '60'])
        expect((await rest.rotate(owner, { key_id: rotated.key_id, overlap_seconds })).status).toBe(422);
    });

    it('leaves one successor when many rotate one key at once', async () => {
      const { key_id } = await rest.create(owner);
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => rest.rotate(owner, { key_id, overlap_seconds: n % 2 ? 60 : 0 })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect((await rest.list(owner)).keys.filter(({ id }) => id !== key_id)).toHaveLength(1);
    });

    it('leaves a successor only where it came before the revocation', async () => {
      for (let round = 0; round < 20; round += 1) {
        const { api_key, key_id } = await rest.create(owner);
        const [rotated, revoked] = await Promise.all([rest.rotate(owner, { key_id }), rest.revoke(owner, key_id)]);
        expect(revoked.status).toBe(200);
        expect([200, 409]).toContain(rotated.status);
        expect(await rest.verdict(api_key)).toBe('revoked');
        const survivors = (await rest.list(owner)).keys.map(({ id }) => id);
        expect(survivors).toEqual(rotated.status === 200 ? [(rotated.body as Created).key_id] : []);
        for (const id of survivors) await rest.revoke(owner, String(id));
        rest.clock.advance(3_600_000);
      }
    });
  });
});
