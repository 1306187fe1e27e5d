import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeyVerifier } from '../../src/api-keys/verification/api-key.verifier.js';
import { CallerLimit } from '../../src/auth/access/caller-limit.service.js';
import { ApiKeysModule } from '../../src/api-keys/api-keys.module.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { eventually } from '../support/eventually.js';
import { createUser } from '../support/gateway/key-replica.js';
import { KeysRest, type Created } from '../support/gateway/keys-rest.js';

const NOBODYS = '00000000-0000-4000-8000-000000000000';

describe('A key', () => {
  let rest: KeysRest;
  let owner: Principal;
  let admin: Principal;
  let key: Created;

  beforeAll(async () => {
    rest = await KeysRest.start(ApiKeysModule);
    admin = await createUser(rest.database.dataSource, 'admin');
  });
  afterAll(() => rest.stop());
  beforeEach(async () => {
    owner = await createUser(rest.database.dataSource);
    key = await rest.create(owner, { key_name: 'reports', allowed_tools: ['greet'] });
  });

  const get = (who: Principal, path: string) => rest.http().get(path).set('Authorization', rest.jwt(who));
  const look = (who: Principal, id = key.key_id) => get(who, `/api/mcp-keys/${id}`);
  const edit = (who: Principal, body: object, id = key.key_id) =>
    rest.http().patch(`/api/mcp-keys/${id}`).set('Authorization', rest.jwt(who)).send(body);
  const written = async (action: string, id = key.key_id) => {
    const { body } = await get(admin, `/api/admin/audit?subject_id=${id}&action=${action}`).expect(200);
    return (body as { entries: { actor_id: string; details: Record<string, unknown> }[] }).entries;
  };

  it('is shown to its owner with all but itself', async () => {
    const { body } = await look(owner).expect(200);
    expect(body).toMatchObject({
      id: key.key_id,
      key_name: 'reports',
      permissions: ['tools:call'],
      allowed_tools: ['greet'],
      rate_limit_per_hour: null,
      is_active: true,
      replaced_by: null,
      revoked_at: null,
      revoked_by: null,
    });
    expect(JSON.stringify(body)).not.toContain(key.api_key.slice(12));
    await look(await createUser(rest.database.dataSource)).expect(404);
    await look(owner, NOBODYS).expect(404);
    await look(owner, 'reports').expect(422);
  });

  it('says what is left of its limit, and of that of all keys where that is less', async () => {
    const limits = rest.app.get(CallerLimit);
    expect((await look(owner).expect(200)).body).toMatchObject({ remaining_this_hour: 200 });
    const answer = await rest.app.get(ApiKeyVerifier).verify(key.api_key);
    for (let n = 0; n < 3; n += 1) await limits.admit((answer as { principal: Principal }).principal, () => undefined);
    expect((await look(owner).expect(200)).body).toMatchObject({ remaining_this_hour: 197 });
    await edit(owner, { rate_limit_per_hour: 5 }).expect(200);
    expect((await look(owner).expect(200)).body).toMatchObject({ remaining_this_hour: 2 });
  });

  it('is renamed, narrowed and extended; bounds are taken off, and what is left out or null stays', async () => {
    const expires_at = new Date(rest.clock.now() + 86_400_000).toISOString();
    const change = { key_name: ' weekly ', allowed_tools: ['greet', 'add'], rate_limit_per_hour: 7, expires_at };
    expect((await edit(owner, change).expect(200)).body).toMatchObject({ ...change, key_name: 'weekly' });
    const free = { allowed_tools: null, rate_limit_per_hour: null, expires_at: null };
    const clear = Object.keys(free);
    expect((await edit(owner, { clear, allowed_tools: null }).expect(200)).body).toMatchObject({
      ...free,
      key_name: 'weekly',
      permissions: ['tools:call'],
    });
    expect((await edit(owner, { key_name: null }).expect(200)).body).toMatchObject({ key_name: 'weekly' });
    const [taken, first] = await written('api_key.changed');
    expect(first?.details).toMatchObject({ key_name: { before: 'reports', after: 'weekly' } });
    expect(taken?.details).toMatchObject({ rate_limit_per_hour: { before: 7, after: null } });
  });

  it('works as it was changed at once, on every replica', async () => {
    expect(await rest.verdict(key.api_key)).toBe('ok');
    await edit(owner, { expires_at: new Date(rest.clock.now() + 60_000).toISOString() }).expect(200);
    rest.clock.advance(61_000);
    await eventually(async () => expect(await rest.verdict(key.api_key)).toBe('expired'));
    await edit(owner, { clear: ['expires_at'] }).expect(409);
  });

  it.each([
    ['more than its owner may', { permissions: ['admin'] }, 403],
    ['more requests than other keys', { rate_limit_per_hour: 1_000_000 }, 403],
    ['an end that has passed', { expires_at: '2001-01-01' }, 422],
    ['no permission at all', { permissions: [] }, 422],
    ['no tool at all', { allowed_tools: [] }, 422],
    ['an empty name', { key_name: '' }, 422],
    ['another owner', { user_id: NOBODYS }, 422],
    ['an end and none', { clear: ['expires_at'], expires_at: '2099-01-01' }, 422],
    ['a limit and none', { clear: ['allowed_tools', 'rate_limit_per_hour'], rate_limit_per_hour: 5 }, 422],
    ['tools and all tools', { clear: ['allowed_tools'], allowed_tools: ['greet'] }, 422],
  ])('is never given %s', async (_, body, status) => {
    await edit(owner, body).expect(status);
    expect((await look(owner)).body).toMatchObject({
      key_name: 'reports',
      permissions: ['tools:call'],
      allowed_tools: ['greet'],
    });
    expect(await written('api_key.changed')).toEqual([]);
  });

  it('of somebody else is not changed, nor one that ended', async () => {
    await edit(admin, { key_name: 'mine' }).expect(404);
    await rest.revoke(owner, key.key_id).expect(200);
    await edit(owner, { key_name: 'again' }).expect(409);
  });

  it('says who revoked it, when and why, also when it is revoked again', async () => {
    await rest.post(owner, '/api/mcp-keys/revoke', { key_id: key.key_id, reason: 'left on a train' }).expect(200);
    await rest.post(owner, '/api/mcp-keys/revoke', { key_id: key.key_id, reason: 'again' }).expect(200);
    expect((await look(owner)).body).toMatchObject({
      is_active: false,
      revoked_by: owner.userId,
      revoked_at: expect.any(String),
      revoke_reason: 'left on a train',
    });
    const entries = await written('api_key.revoked');
    expect(entries).toMatchObject([{ actor_id: owner.userId, details: { key_name: 'reports', reason: 'left on a train' } }]);
  });

  it('has its making and its rotation written down, and no secret', async () => {
    const next = (await rest.rotate(owner, { key_id: key.key_id }).expect(200)).body as Created;
    const terms = { key_name: 'reports', user_id: owner.userId, permissions: ['tools:call'], allowed_tools: ['greet'] };
    expect(await written('api_key.created')).toMatchObject([{ actor_id: owner.userId, details: terms }]);
    expect(await written('api_key.rotated')).toMatchObject([{ details: { replaced_by: next.key_id } }]);
    expect(await written('api_key.created', next.key_id)).toMatchObject([{ details: { ...terms, replaces: key.key_id } }]);
    const rows = JSON.stringify(await rest.database.dataSource.query('SELECT * FROM mcp.audit_log'));
    for (const { api_key } of [key, next]) expect(rows).not.toContain(api_key.slice(3, 15));
  });

  it('that a rotation ended says so, and one in an overlap when it ends', async () => {
    const next = (await rest.rotate(owner, { key_id: key.key_id }).expect(200)).body as Created;
    const revoke_reason = 'replaced by its successor';
    expect((await look(owner)).body).toMatchObject({ revoked_by: owner.userId, revoked_at: expect.any(String), revoke_reason });
    await rest.rotate(owner, { key_id: next.key_id, overlap_seconds: 60 }).expect(200);
    const expires_at = new Date(rest.clock.now() + 60_000).toISOString();
    expect((await look(owner, next.key_id)).body).toMatchObject({ is_active: true, revoked_at: null, expires_at });
    expect(await written('api_key.rotated', next.key_id)).toMatchObject([{ details: { expires_at } }]);
  });

  it.each([
    { clear: ['expires_at'] },
    { expires_at: '2030-01-01' },
    { key_name: 'still mine' },
    { permissions: ['tools:call'] },
    { rate_limit_per_hour: 3 },
    {},
  ])('that has a successor ends when it should: %j changes nothing of it', async (body) => {
    const next = (await rest.rotate(owner, { key_id: key.key_id, overlap_seconds: 60 }).expect(200)).body as Created;
    const before = (await look(owner)).body as object;
    const answer = await edit(owner, body).expect(409);
    expect(answer.body).toMatchObject({ detail: `This API key was replaced by ${next.key_id}; change that one.` });
    expect((await look(owner)).body).toEqual(before);
    rest.clock.advance(60_000);
    expect(await rest.verdict(key.api_key)).toBe('expired');
  });

  it('is not changed by what it is already: nothing is written, and no replica is told', async () => {
    const told = 'SELECT count(*)::int AS told FROM mcp.auth_changes';
    await edit(owner, { allowed_tools: ['greet', 'add'] }).expect(200);
    const before = await rest.database.dataSource.query(told);
    const same = { key_name: 'reports', permissions: ['tools:call'], allowed_tools: ['add', 'greet'] };
    for (const body of [same, {}, { clear: [] }, { clear: ['expires_at', 'rate_limit_per_hour'] }])
      expect((await edit(owner, body).expect(200)).body).toMatchObject({ ...same, allowed_tools: ['greet', 'add'] });
    expect(await written('api_key.changed')).toHaveLength(1);
    expect(await rest.database.dataSource.query(told)).toEqual(before);
  });

  describe('of anybody', () => {
    const all = async (query: string) =>
      (await get(admin, `/api/admin/keys?${query}`).expect(200)).body as { keys: Record<string, unknown>[]; total: number };

    it('is found by an admin: by name, owner, beginning and activity', async () => {
      const email = ((await get(admin, `/api/admin/users/${owner.userId}`)).body as { email: string }).email;
      const prefix = key.api_key.slice(0, 12);
      for (const query of [
        `search=${email.slice(0, 14).toUpperCase()}`,
        `search=${prefix}`,
        `search=${prefix.toUpperCase()}`,
        `user_id=${owner.userId}&search=REPORTS`,
        `user_id=${owner.userId}&search=${email.slice(0, 14)}`,
      ])
        expect(await all(query)).toMatchObject({
          total: 1,
          keys: [{ id: key.key_id, user_id: owner.userId, user_email: email }],
        });
      expect((await all(`user_id=${owner.userId}&is_active=false`)).total).toBe(0);
      await rest.revoke(owner, key.key_id).expect(200);
      expect((await all(`user_id=${owner.userId}&is_active=false`)).total).toBe(1);
      expect((await all('search=%25')).total).toBe(0);
    });

    it('works only with its owner and their account, in the list as at the gate', async () => {
      const change = async (sql: string) => {
        await rest.database.dataSource.query(sql, [owner.userId]);
        const [working, idle] = [true, false].map((is) => all(`user_id=${owner.userId}&is_active=${is}`));
        const { keys } = await all(`user_id=${owner.userId}`);
        return [(await working!).total, (await idle!).total, keys[0]!.is_active];
      };
      const account = `INSERT INTO mcp.user_accounts
          (user_id, user_email, mcp_key_prefix, is_active, credits_tier, credits_monthly_allocation, credits_last_refill)
        VALUES ($1, 'a@example.com', 'mcp_', false, 'free', 0, now())`;
      expect(await change(account)).toEqual([0, 1, false]);
      await eventually(async () => expect(await rest.verdict(key.api_key)).toBe('inactive_account'));
      expect(await change('UPDATE mcp.user_accounts SET is_active = true WHERE user_id = $1')).toEqual([1, 0, true]);
      expect(await change('UPDATE mcp.users SET is_active = false WHERE id = $1')).toEqual([0, 1, false]);
      expect((await all(`user_id=${owner.userId}&is_active=false`)).keys).toMatchObject([{ id: key.key_id, is_active: false }]);
    });

    it('is revoked by an admin, with a reason, which its owner reads', async () => {
      const path = `/api/admin/keys/${key.key_id}/revoke`;
      await rest.post(admin, path, {}).expect(422);
      await rest.post(admin, path, { reason: 'found in a public repository' }).expect(200);
      expect(await rest.verdict(key.api_key)).toBe('revoked');
      expect((await look(owner)).body).toMatchObject({ revoked_by: admin.userId, revoke_reason: 'found in a public repository' });
      expect(await written('api_key.revoked')).toMatchObject([{ actor_id: admin.userId }]);
      await rest.post(admin, `/api/admin/keys/${NOBODYS}/revoke`, { reason: 'x' }).expect(404);
    });

    it('is nothing for those who are no admins', async () => {
      await get(owner, '/api/admin/keys').expect(403);
      await rest.post(owner, `/api/admin/keys/${key.key_id}/revoke`, { reason: 'x' }).expect(403);
    });
  });

  it('is refused with its user, at once, and comes back with them', async () => {
    const path = `/api/admin/users/${owner.userId}`;
    const setActive = (is_active: boolean) => rest.http().patch(path).set('Authorization', rest.jwt(admin)).send({ is_active });
    await setActive(false).expect(200);
    await eventually(async () => expect(await rest.verdict(key.api_key)).toBe('inactive_user'));
    await setActive(true).expect(200);
    await eventually(async () => expect(await rest.verdict(key.api_key)).toBe('ok'));
    await rest.http().delete(path).set('Authorization', rest.jwt(admin)).expect(204);
    await eventually(async () => expect(await rest.verdict(key.api_key)).toBe('inactive_user'));
  });
});
