import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyVerifier } from '../../src/api-keys/verification/api-key.verifier.js';
import { CallerLimit } from '../../src/auth/access/caller-limit.service.js';
import type { Principal } from '../../src/auth/access/principal.js';
import type { Reservation } from '../../src/credits/leases/account-lease.js';
import { CreditLeases } from '../../src/credits/leases/credit-leases.service.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('An account', () => {
  let rest: AccountsRest;
  beforeAll(async () => {
    rest = await AccountsRest.start();
  });
  afterAll(() => rest.stop());

  const limits = async (of: Principal) =>
    ((await rest.get(of, '/api/mcp/account').expect(200)).body as { limits: unknown[] }).limits;

  it('says what is left of the hour, of the login, of its key and of all keys together, without counting', async () => {
    const { user, mcp_api_key } = await rest.newAccount();
    const fresh = { remaining_this_hour: 5_000, limit: 5_000, resets_at: null };
    expect(await limits(user)).toEqual([
      { of: 'login', limit: 1_000, remaining_this_hour: 998, resets_at: expect.stringMatching(MOMENT) },
      { ...fresh, of: 'account_key' },
      { ...fresh, of: 'all_api_keys', limit: 20_000, remaining_this_hour: 20_000 },
    ]);
    const answer = await rest.app.get(ApiKeyVerifier).verify(mcp_api_key);
    if (answer.ok) await rest.app.get(CallerLimit).admit(answer.principal, () => undefined);
    await rest.post(user, '/api/mcp/regenerate-key').expect(200); // which counts against no limit; its key is counted with the one before it
    expect(await limits(user)).toMatchObject([
      { remaining_this_hour: 997 },
      { remaining_this_hour: 4_999, resets_at: expect.stringMatching(MOMENT) },
      { remaining_this_hour: 19_999, resets_at: expect.stringMatching(MOMENT) },
    ]);
  });

  it('of an admin has no limit of its login, and one of its key', async () => {
    const admin = await rest.newUser('admin');
    await rest.post(admin, '/api/mcp/enable').expect(200);
    expect(await limits(admin)).toMatchObject([{ of: 'account_key', remaining_this_hour: 5_000 }, { of: 'all_api_keys' }]);
  });

  it('whose key has a limit of its own shows that', async () => {
    const { user } = await rest.newAccount();
    await rest.database.dataSource.query('UPDATE mcp.api_keys SET rate_limit_per_hour = 7 WHERE user_id = $1', [user.userId]);
    expect(await limits(user)).toMatchObject([{}, { of: 'account_key', limit: 7, remaining_this_hour: 7 }, {}]);
  });

  it("whose key its owner has changed shows the limits it has now: an admin's key with all rights has none", async () => {
    const admin = await rest.newUser('admin');
    await rest.post(admin, '/api/mcp/enable').expect(200);
    await rest.database.dataSource.query(`UPDATE mcp.api_keys SET scopes = '{admin}' WHERE user_id = $1`, [admin.userId]);
    expect(await limits(admin)).toEqual([]);
  });

  it('says what its balance is made of: the month’s, what was granted, and of both what running calls hold', async () => {
    const [{ user, account }, admin] = [await rest.newAccount(), await rest.newUser('admin')];
    await rest.post(admin, `/api/admin/mcp/accounts/${account.id}/add-credits`, { amount: 100, reason: 'Goodwill' }).expect(200);
    await rest.call(account, user, 20);
    const leases = rest.app.get(CreditLeases);
    const running = (await leases.reserve(account.id, 7)) as Reservation;
    const parts = { credits_balance: 130, credits_allocation: 30, credits_purchased: 100 };
    expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ ...parts, credits_held: 7 });
    leases.end(running, 0);
    expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ ...parts, credits_held: 0 });
  });
});
