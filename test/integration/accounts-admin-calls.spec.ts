import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import type { UsageSeriesDto } from '../../src/usage/reports/series/usage-series.dto.js';
import { AccountsRest, type Enabled } from '../support/gateway/accounts-rest.js';

const ago = (seconds: number) => new Date(Date.now() - 1_000 * seconds);

describe("Everybody's calls", () => {
  let rest: AccountsRest;
  let admin: Principal;
  let stranger: Principal;
  let owner: Enabled & { user: Principal };

  beforeAll(async () => {
    rest = await AccountsRest.start();
    await rest.delivers();
    [admin, stranger, owner] = [await rest.newUser('admin'), await rest.newUser(), await rest.newAccount()];
    await rest.record(
      { user_id: owner.user.userId, created_at: ago(1), tool_name: 'greet', request_id: 'first' },
      { user_id: owner.user.userId, created_at: ago(2), duration_ms: 900 },
      { user_id: stranger.userId, created_at: ago(3), is_error: true, error_code: 'CANCELLED' },
      { user_id: 'gone', created_at: ago(3_600), client_name: 'other/2' },
    );
    await rest.delivered();
  }, 60_000);
  afterAll(() => rest.stop());

  describe('over time', () => {
    const calls = async (query: string) => {
      const { body } = await rest.get(admin, `/api/admin/usage/timeseries?${query}`).expect(200);
      return (body as UsageSeriesDto).series.map(({ label, total }) => [label, total.calls]);
    };

    it('are an operator’s alone', async () => {
      await rest.get(owner.user, '/api/admin/usage/timeseries').expect(403);
      await rest.http().get('/api/admin/usage/timeseries').expect(401);
    });

    it('are all of them, those of a user, or those of an account', async () => {
      expect(await calls('')).toEqual([['All calls', 4]]);
      expect(await calls(`user_id=${stranger.userId}`)).toEqual([['All calls', 1]]);
      expect(await calls(`account_id=${owner.account.id}`)).toEqual([['All calls', 2]]);
      expect(await calls(`account_id=${owner.account.id}&user_id=${owner.user.userId}`)).toEqual([['All calls', 2]]);
    });

    it('are told apart by the e-mails of users', async () => {
      expect((await calls('group_by=user'))[0]).toEqual([owner.account.user_email, 2]);
      expect((await calls('group_by=user')).map(([label]) => label)).toContain('gone');
    });

    it.each([
      ['account_id=999999', 404],
      ['user_id=9d3c7f4e-5a3c-4a6e-8a47-6f0b9f0c1d2e', 404],
      ['account_id=x', 422],
      ['group_by=caller', 422],
    ])('are refused for %s with %d', async (query, status) => {
      await rest.get(admin, `/api/admin/usage/timeseries?${query}`).expect(status);
    });

    it('are refused for an account of another user than is named', async () => {
      const query = `account_id=${owner.account.id}&user_id=${stranger.userId}`;
      await rest.get(admin, `/api/admin/usage/timeseries?${query}`).expect(422);
    });
  });
});
