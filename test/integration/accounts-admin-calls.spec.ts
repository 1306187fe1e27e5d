import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import type { UsageSeriesDto } from '../../src/usage/reports/series/usage-series.dto.js';
import type { AllCallsDto } from '../../src/accounts/admin/all-calls.dto.js';
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

  describe('one by one', () => {
    const list = async (query = '') => (await rest.get(admin, `/api/admin/calls?${query}`).expect(200)).body as AllCallsDto;
    const tools = async (query: string) => (await list(query)).records.map(({ user_id, tool_name }) => [user_id, tool_name]);

    it('are an operator’s alone', async () => {
      await rest.get(owner.user, '/api/admin/calls').expect(403);
      await rest.http().get('/api/admin/calls').expect(401);
    });

    it('are newest first, with whose they are', async () => {
      const { records, next } = await list();
      expect(next).toBeNull();
      expect(records.map(({ user_id, user_email }) => [user_id, user_email])).toEqual([
        [owner.user.userId, owner.account.user_email],
        [owner.user.userId, owner.account.user_email],
        [stranger.userId, expect.stringContaining('@')],
        ['gone', null],
      ]);
      expect(records[0]).toMatchObject({
        tool_name: 'greet',
        request_id: 'first',
        arguments: { symbol: 'AAPL' },
        user_name: null,
      });
    });

    it('follow one another, each once, in pages that new calls do not move', async () => {
      const seen: string[] = [];
      let page = await list('page_size=1');
      for (; page.next !== null; page = await list(`page_size=1&before=${page.next}`)) seen.push(page.records[0]!.id);
      expect([...seen, page.records[0]!.id]).toEqual((await list()).records.map(({ id }) => id));
    });

    it.each([
      ['outcome=cancelled', () => [[stranger.userId, 'get_daily_bars']]],
      ['client_name=other/2', () => [['gone', 'get_daily_bars']]],
      ['min_duration_ms=900', () => [[owner.user.userId, 'get_daily_bars']]],
      ['request_id=first', () => [[owner.user.userId, 'greet']]],
      ['tool_name=greet', () => [[owner.user.userId, 'greet']]],
      ['service=none', () => []],
    ])('are narrowed by %s', async (query, expected) => {
      expect(await tools(query)).toEqual(expected());
    });

    it('are those of a user, and of a time', async () => {
      expect(await tools(`user_id=${stranger.userId}`)).toEqual([[stranger.userId, 'get_daily_bars']]);
      expect((await list(`to=${ago(1_800).toISOString()}`)).records).toHaveLength(1);
      expect((await list(`from=${ago(1_800).toISOString()}`)).records).toHaveLength(3);
    });

    it.each([
      ['before=1', 422],
      ['page=2', 422],
      ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 422],
      ['user_id=9d3c7f4e-5a3c-4a6e-8a47-6f0b9f0c1d2e', 404],
    ])('are refused for %s with %d', async (query, status) => {
      await rest.get(admin, `/api/admin/calls?${query}`).expect(status);
    });
  });
});
