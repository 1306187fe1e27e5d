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
    ((await rest.post(user, '/api/mcp-keys/create', { key_name }).expect(201)).body as { key_id: string }).key_id;

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
    const made = [];
    for (const user of [await rest.newUser(), await rest.newUser(), await rest.newUser()]) made.push(user.userId);
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
    await rest.post(user, '/api/mcp-keys/create', { key_name: 'reads', permissions }).expect(201);
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

  it('of users is still there while ClickHouse is away, without their calls', async () => {
    await rest.clickhouse.stop();
    expect(await sees(admin)).toMatchObject({ keys_count: 0, calls_30d: null });
  });
});
