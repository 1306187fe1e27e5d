import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';

const DAY_MS = 86_400_000;

interface SeenUser {
  id: string;
  email: string;
  account_id: number | null;
  keys_count: number | null;
  last_login_at: string | null;
  calls_30d: number | null;
}

describe('What an operator sees', () => {
  let rest: AccountsRest;
  let admin: Principal;
  beforeAll(async () => {
    rest = await AccountsRest.start();
    admin = await rest.newUser('admin');
    await rest.delivers();
  }, 60_000);
  afterAll(() => rest.stop());

  const users = async (query: string) =>
    ((await rest.get(admin, `/api/admin/users?${query}`).expect(200)).body as { users: SeenUser[] }).users;
  const sees = async ({ userId }: Principal) =>
    (await rest.get(admin, `/api/admin/users/${userId}`).expect(200)).body as SeenUser;
  const nameKey = async (user: Principal, key_name: string) =>
    ((await rest.post(user, '/api/mcp-keys/create', { key_name }).expect(200)).body as { key_id: string }).key_id;

  it('of a user is their account, the keys that work, and the calls of 30 days', async () => {
    const { account, user } = await rest.newAccount();
    const ended = await nameKey(user, 'ended');
    await nameKey(user, 'another');
    await rest.post(user, '/api/mcp-keys/revoke', { key_id: ended }).expect(200);
    const call = { user_id: user.userId };
    const recently = [{ ...call }, { ...call, created_at: new Date(Date.now() - 20 * DAY_MS) }];
    await rest.record(...recently, { ...call, created_at: new Date(Date.now() - 31 * DAY_MS) });
    await rest.delivered();
    expect(await sees(user)).toMatchObject({ account_id: account.id, keys_count: 2, calls_30d: 2, last_login_at: null });
    const [listed] = await users(`search=${(await sees(user)).email}`);
    expect(listed).toEqual(await sees(user));
    expect(await sees(await rest.newUser())).toMatchObject({ account_id: null, keys_count: 0, calls_30d: 0 });
  });

  it('of users comes in the order that is asked for, those who never logged in last', async () => {
    const made = [await rest.newUser(), await rest.newUser(), await rest.newUser()].map(({ userId }) => userId);
    await rest.database.dataSource.query(
      `UPDATE mcp.users SET email = 'sorted-' || (3 - array_position($1::uuid[], id)) || '@example.com',
         last_login_at = CASE WHEN id = $2 THEN NULL ELSE now() - array_position($1::uuid[], id) * interval '1 day' END
       WHERE id = ANY ($1::uuid[])`,
      [made, made[0]],
    );
    const order = async (query: string) => (await users(`search=sorted-&${query}`)).map(({ id }) => made.indexOf(id));
    expect(await order('sort_by=email&sort_order=asc')).toEqual([2, 1, 0]);
    expect(await order('sort_by=last_login_at')).toEqual([1, 2, 0]);
    expect(await order('sort_by=last_login_at&sort_order=asc')).toEqual([2, 1, 0]);
    await rest.get(admin, '/api/admin/users?sort_by=password_hash').expect(422);
  });

  it('of keys can be those with a permission, and those that nobody has used for days', async () => {
    const user = await rest.newUser();
    const [idle, used, young] = [await nameKey(user, 'idle'), await nameKey(user, 'used'), await nameKey(user, 'young')];
    const permissions = ['gateway:read'];
    await rest.post(user, '/api/mcp-keys/create', { key_name: 'reads', permissions }).expect(200);
    await rest.database.dataSource.query(
      `UPDATE mcp.api_keys SET created_at = now() - interval '91 days',
         last_used_at = CASE WHEN id = $2 THEN now() - interval '89 days' END WHERE id = ANY ($1::uuid[])`,
      [[idle, used], used],
    );
    const found = async (query: string) => {
      const { body } = await rest.get(admin, `/api/admin/keys?user_id=${user.userId}&${query}`).expect(200);
      return (body as { keys: { key_name: string }[] }).keys.map(({ key_name }) => key_name).sort();
    };
    expect(young).toEqual(expect.any(String));
    expect(await found('unused_days=90')).toEqual(['idle']);
    expect(await found('unused_days=88')).toEqual(['idle', 'used']);
    expect(await found('scope=gateway:read')).toEqual(['reads']);
    expect(await found('scope=admin')).toEqual([]);
    for (const wrong of ['scope=root', 'unused_days=0', 'unused_days=often'])
      await rest.get(admin, `/api/admin/keys?${wrong}`).expect(422);
  });

  it.each(['refuse', 'hang'] as const)(
    'of users is there in time when ClickHouse does not answer (%s), without their calls',
    async (how) => {
      await rest.clickhouse.arm(how, 1_000);
      expect(await sees(admin)).toMatchObject({ keys_count: 0, calls_30d: null });
      const { body } = await rest
        .http()
        .patch(`/api/admin/users/${admin.userId}`)
        .set('Authorization', rest.bearer(admin))
        .send({ display_name: how })
        .expect(200);
      expect(body).toMatchObject({ display_name: how, calls_30d: null });
      await rest.clickhouse.arm('none', 0);
    },
    10_000,
  );
});

describe('A user', () => {
  let rest: AccountsRest;
  let admin: Principal;
  let user: Principal;
  beforeAll(async () => {
    rest = await AccountsRest.start();
    [admin, user] = [await rest.newUser('admin'), await rest.newUser()];
  }, 60_000);
  afterAll(() => rest.stop());

  const patchMe = (body: object) => rest.http().patch('/api/auth/me').set('Authorization', rest.bearer(user)).send(body);
  const written = async (action: string) => {
    const { body } = await rest.get(admin, `/api/admin/audit?subject_id=${user.userId}&action=${action}`).expect(200);
    return (body as { entries: object[] }).entries;
  };

  it.each([{ display_name: '' }, { display_name: 'a\u0007b' }, { role: 'admin' }, { is_active: true }])(
    'cannot say of themselves %j',
    async (body) => {
      await patchMe(body).expect(422);
      expect(await written('user.changed')).toEqual([]);
    },
  );

  it('says what they are called; the log says that they did, without the name', async () => {
    const calls = { display_name: ' Ada Lovelace ' };
    for (let n = 0; n < 2; n += 1)
      expect((await patchMe(calls).expect(200)).body).toMatchObject({ id: user.userId, display_name: 'Ada Lovelace' });
    expect((await patchMe({}).expect(200)).body).toMatchObject({ display_name: 'Ada Lovelace' });
    expect(await written('user.changed')).toMatchObject([{ actor_id: user.userId, details: { changed: 'display_name' } }]);
  });

  it('is signed out everywhere by an admin: logins end, and a password link; they may come in again', async () => {
    const path = `/api/admin/users/${user.userId}`;
    const { link } = (await rest.post(admin, `${path}/password-link`).expect(200)).body as { link: string };
    await rest.get(user, '/api/auth/me').expect(200);
    await rest.delete(user, `${path}/sessions`).expect(403);
    await rest.delete(admin, `${path}/sessions`).expect(204);
    await rest.get(user, '/api/auth/me').expect(401);
    const use = { token: link.split('#')[1], new_password: 'battery staple' };
    await rest.http().post('/api/auth/password-link').send(use).expect(400);
    expect(await written('login.ended')).toMatchObject([{ actor_id: admin.userId, details: { all: true } }]);
    await rest.delete(admin, '/api/admin/users/00000000-0000-4000-8000-000000000000/sessions').expect(404);
  });
});
