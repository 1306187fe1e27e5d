import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';

const ACCOUNTS = '/api/admin/mcp/accounts';

describe('An operator opens an account for a user', () => {
  let rest: AccountsRest;
  let admin: Principal;
  beforeAll(async () => {
    rest = await AccountsRest.start();
    admin = await rest.newUser('admin');
  });
  afterAll(() => rest.stop());

  it('with a month’s credits, and a key that its user makes', async () => {
    const user = await rest.newUser();
    const { body } = await rest.post(admin, ACCOUNTS, { user_id: user.userId }).expect(201);
    const { id } = body as { id: number };
    expect(body).toMatchObject({ user_id: user.userId, credits_balance: 50, credits_tier: 'free', is_active: true });
    expect(JSON.stringify(body)).not.toMatch(/mcp_[\w-]{20}/);
    expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ id, credits_balance: 50 });
    const keys = async () => ((await rest.get(user, '/api/mcp-keys/list')).body as { total: number }).total;
    expect(await keys()).toBe(0); // one whose secret nobody was shown is no key that somebody has
    const made = (await rest.post(user, '/api/mcp/regenerate-key').expect(200)).body as { mcp_api_key: string };
    expect(made.mcp_api_key).toMatch(/^mcp_/);
    expect(await keys()).toBe(1);
    const { body: audit } = await rest.get(admin, `/api/admin/audit?action=account.enabled&subject_id=${id}`);
    expect((audit as { entries: object[] }).entries).toEqual([expect.objectContaining({ actor_id: admin.userId })]);
  });

  it('who has none, of several at once one alone', async () => {
    const user = await rest.newUser();
    const tries = await Promise.all([1, 2, 3].map(() => rest.post(admin, ACCOUNTS, { user_id: user.userId })));
    const statuses = tries.map(({ status }) => status).sort();
    expect([statuses[0], statuses.every((status) => [201, 409].includes(status))]).toEqual([201, true]);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    const { body } = await rest.post(admin, ACCOUNTS, { user_id: user.userId }).expect(409);
    expect((body as { detail: string }).detail).toMatch(/^This user has an account\.$/);
  });

  it('not for one who was deleted or is switched off', async () => {
    const [gone, off] = [await rest.newUser(), await rest.newUser()];
    await rest.delete(admin, `/api/admin/users/${gone.userId}`).expect(204);
    const switchOff = rest.http().patch(`/api/admin/users/${off.userId}`).set('Authorization', rest.bearer(admin));
    await switchOff.send({ is_active: false }).expect(200);
    for (const { userId } of [gone, off]) {
      const { body } = await rest.post(admin, ACCOUNTS, { user_id: userId }).expect(409);
      expect(body).toMatchObject({ detail: 'The user was deleted, or is switched off.' });
    }
    const left = await rest.database.dataSource.query<object[]>('SELECT FROM mcp.user_accounts WHERE user_id = ANY ($1)', [
      [gone.userId, off.userId],
    ]);
    expect(left).toEqual([]);
  });

  it('and nobody else does, nor for nobody', async () => {
    const user = await rest.newUser();
    await rest.post(user, ACCOUNTS, { user_id: user.userId }).expect(403);
    await rest.post(admin, ACCOUNTS, { user_id: '9d3c7f4e-5a3c-4a6e-8a47-6f0b9f0c1d2e' }).expect(404);
    await rest.post(admin, ACCOUNTS, { user_id: 'x' }).expect(422);
    await rest.post(admin, ACCOUNTS, {}).expect(422);
  });
});
