import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserDeletion } from '../../src/auth/users/user-deletion.service.js';
import type { AnalyticsDto } from '../../src/accounts/admin/analytics.dto.js';
import { Refusals } from '../../src/telemetry/refusals.js';
import { RefusalCounts } from '../../src/usage/recording/refusal-counts.service.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { AccountsRest, type Enabled } from '../support/gateway/accounts-rest.js';

const ACCOUNTS = '/api/admin/mcp/accounts';

interface Listed {
  accounts: { id: number; user_email: string; display_name: string | null; credits_balance: number }[];
  total: number;
}

describe('An operator', () => {
  let rest: AccountsRest;
  let admin: Principal;
  beforeAll(async () => {
    rest = await AccountsRest.start();
    admin = await rest.newUser('admin');
  });
  afterAll(() => rest.stop());

  const rows = (sql: string, ...values: unknown[]) => rest.database.dataSource.query<unknown[]>(sql, values);
  const list = async (query = '') => (await rest.get(admin, `${ACCOUNTS}${query}`).expect(200)).body as Listed;

  describe('finds accounts', () => {
    const made: (Enabled & { user: Principal })[] = [];
    const NAMES = ['Anna 100%', 'anna_b', "O'Hara", '漢字', null];
    beforeAll(async () => {
      for (const [index, name] of NAMES.entries()) {
        made.push(await rest.newAccount());
        await rows('UPDATE mcp.user_accounts SET display_name = $2 WHERE id = $1', made[index]!.account.id, name);
      }
    });
    const found = async (query: string) => (await list(query)).accounts.map((account) => account.id);
    const ids = (...places: number[]) => places.map((place) => made[place]!.account.id);

    it('with every field', async () => {
      const { accounts } = await list(`?search=${made[0]!.account.user_email}`);
      expect(accounts).toEqual([
        {
          ...made[0]!.account,
          display_name: 'Anna 100%',
          flags: [],
          user_id: made[0]!.user.userId,
          credits_allocation: 50,
          credits_purchased: 0,
          credits_held: 0,
          updated_at: expect.any(String),
        },
      ]);
    });

    it('one by one, as the list has them', async () => {
      const { accounts } = (await rest.get(admin, ACCOUNTS).expect(200)).body as { accounts: { id: number }[] };
      for (const account of accounts)
        expect((await rest.get(admin, `${ACCOUNTS}/${account.id}`).expect(200)).body).toEqual(account);
      await rest.get(admin, `${ACCOUNTS}/999999`).expect(404);
      await rest.get(made[0]!.user, `${ACCOUNTS}/${made[0]!.account.id}`).expect(403);
    });

    it('by part of the e-mail or the name in any case', async () => {
      expect(await found(`?search=${made[2]!.account.user_email.toUpperCase().slice(2, 14)}`)).toEqual(ids(2));
      expect(await found('?search=ANNA&sort_order=asc')).toEqual(ids(0, 1));
      expect(await found(`?search=${encodeURIComponent('漢')}`)).toEqual(ids(3));
    });

    it.each([
      ['%', [0]],
      ['_', [1]],
      ["'", [2]],
      ["' OR '1'='1", []],
      ["'; DROP TABLE mcp.user_accounts; --", []],
      ['\\', []],
      ['$1', []],
    ])('taking %p as text', async (search, places) => {
      const { accounts } = await list(`?search=${encodeURIComponent(search)}`);
      expect(accounts.map((account) => account.id)).toEqual(ids(...places));
    });

    it.each([
      'created_at',
      'user_email',
      'display_name',
      'credits_balance',
      'credits_tier',
      'is_active',
      'last_connected_at',
      'total_tool_calls',
      'total_credits_used',
    ])('sorted by %s, up and down, in a fixed order', async (column) => {
      const up = await found(`?sort_by=${column}&sort_order=asc`);
      const down = await found(`?sort_by=${column}&sort_order=desc`);
      expect([...up].sort()).toEqual([...down].sort());
      if (['created_at', 'user_email', 'credits_balance'].includes(column)) expect(down).toEqual([...up].reverse());
      expect(await found(`?sort_by=${column}&sort_order=asc`)).toEqual(up);
    });

    it('in pages that neither overlap nor leave anyone out', async () => {
      const pages = await Promise.all([1, 2, 3].map((page) => list(`?page=${page}&page_size=2&sort_by=display_name`)));
      const all = await list('?page_size=100&sort_by=display_name');
      expect(pages.flatMap((page) => page.accounts)).toEqual(all.accounts.slice(0, 6));
      expect(pages.map((page) => page.total)).toEqual([all.total, all.total, all.total]);
      expect((await list('?page=1000000')).accounts).toEqual([]);
    });

    it.each([
      ['sort_by=password_hash', 'sort_by'],
      [`sort_by=${encodeURIComponent('id; DROP TABLE mcp.users')}`, 'sort_by'],
      ['sort_by=constructor', 'sort_by'],
      ['sort_order=sideways', 'sort_order'],
      [`sort_order=${encodeURIComponent('desc, (SELECT 1)')}`, 'sort_order'],
      ['page_size=101', 'page_size'],
      ['page=0', 'page'],
      ['is_active=maybe', 'is_active'],
    ])('and is refused %s, naming %s', async (query, field) => {
      const { body } = await rest.get(admin, `${ACCOUNTS}?${query}`).expect(422);
      expect(body).toMatchObject({ error_code: 'VALIDATION_ERROR', detail: [{ loc: ['query', field] }] });
    });

    it('by tier and state', async () => {
      const { account } = await rest.newAccount();
      await rest.put(admin, `${ACCOUNTS}/${account.id}/tier`, { tier: 'enterprise' }).expect(200);
      expect(await found('?tier=enterprise')).toEqual([account.id]);
      await rest.put(admin, `${ACCOUNTS}/${account.id}/active`, { is_active: false }).expect(200);
      expect(await found('?is_active=false')).toEqual([account.id]);
      expect(await found('?is_active=true&tier=enterprise')).toEqual([]);
    });
  });

  it('shows the account of a deleted user as ended, without their name, for good', async () => {
    const { user, account } = await rest.newAccount();
    await rest.put(admin, `${ACCOUNTS}/${account.id}/tier`, { tier: 'pro' }).expect(200);
    await rest.app.get(UserDeletion).delete({ via: 'gateway' }, user.userId);
    const { body } = await rest.get(admin, `${ACCOUNTS}?search=${user.userId}`).expect(200);
    const name = `deleted user ${user.userId}`;
    expect(body).toMatchObject({ accounts: [{ id: account.id, user_email: name, display_name: null, is_active: false }] });
    const again = await rest.put(admin, `${ACCOUNTS}/${account.id}/active`, { is_active: true }).expect(409);
    expect(again.body).toMatchObject({ detail: 'The user of this account was deleted.' });
    const history = (await rest.get(admin, `${ACCOUNTS}/${account.id}/credit-history`).expect(200)).text;
    expect(history).not.toContain(account.user_email);
    expect(history).toContain('"kind":"active","before":"true","after":"false","changed_by":"system"');
  });

  it('does not switch off the account of the last admin who can log in', async () => {
    const { account } = (await rest.post(admin, '/api/mcp/enable').expect(200)).body as { account: { id: number } };
    const off = () => rest.put(admin, `${ACCOUNTS}/${account.id}/active`, { is_active: false });
    await rest.database.dataSource.query(`UPDATE mcp.users SET role = 'user' WHERE role = 'admin' AND id <> $1`, [admin.userId]);
    expect((await off().expect(409)).body).toMatchObject({ detail: expect.stringContaining('last active admin') });
    await rest.get(admin, '/api/mcp/account').expect(200);
  });
});

/** Totals without a call: no rate, and no time it took. */
const NOTHING = {
  ...{ calls: 0, errors: 0, backend_errors: 0, records: 0, credits: 0 },
  ...{ success_rate: null, p50_ms: null, p95_ms: null, p99_ms: null },
};

describe('The analytics of an operator', () => {
  const monthStart = () => `${new Date().toISOString().slice(0, 7)}-01T00:00:00.000Z`;
  let rest: AccountsRest;
  let admin: Principal;
  beforeAll(async () => {
    rest = await AccountsRest.start();
    admin = await rest.newUser('admin');
    await rest.delivers();
  });
  afterAll(() => rest.stop());

  it('are zeros before there is anything', async () => {
    const calls = { today: 0, this_month: 0, credits_today: 0, credits_this_month: 0, success_rate: 100, avg_latency_ms: 0 };
    expect((await rest.get(admin, '/api/admin/mcp/analytics').expect(200)).body).toEqual({
      accounts: { total: 0, active: 0, inactive: 0, by_tier: [] },
      credits: { granted: 0, expired: 0, used: 0, balance: 0, held: 0 },
      calls,
      top_accounts: [],
      top_tools: [],
      period: { ...NOTHING, from: monthStart(), to: expect.any(String) },
      previous: { ...NOTHING, from: expect.any(String), to: monthStart() },
      top_clients: [],
      refusals: [],
      as_of: expect.any(String),
    });
  });

  it('add accounts, credits and calls up', async () => {
    const [anna, bob] = [await rest.newAccount(), await rest.newAccount()];
    await rest.put(admin, `${ACCOUNTS}/${bob.account.id}/tier`, { tier: 'pro' }).expect(200);
    await rest.put(admin, `${ACCOUNTS}/${bob.account.id}/active`, { is_active: false }).expect(200);
    await rest.post(admin, `${ACCOUNTS}/${anna.account.id}/add-credits`, { amount: 100, reason: 'x' }).expect(200);
    await rest.call(anna.account, anna.user, 5, { tool_name: 'dear', duration_ms: 10, record_count: 3 });
    await rest.call(anna.account, anna.user, 0, { tool_name: 'dear', duration_ms: 20, record_count: 0, is_error: true });
    await rest.record({
      user_id: (await rest.newUser()).userId,
      tool_name: 'free',
      credits_charged: 0,
      duration_ms: 30,
      record_count: 1,
    });
    await rest.delivered();
    const dear = { tool: 'dear', calls: 2, credits: 5, records: 3, users: 1, success_rate: 50, avg_latency_ms: 15 };
    const free = { tool: 'free', calls: 1, credits: 0, records: 1, users: 1, success_rate: 100, avg_latency_ms: 30 };
    expect((await rest.get(admin, '/api/admin/mcp/analytics').expect(200)).body).toEqual({
      accounts: {
        total: 2,
        active: 1,
        inactive: 1,
        by_tier: [
          { tier: 'free', accounts: 1, active: 1, credits_balance: 145, credits_held: 0 },
          { tier: 'pro', accounts: 1, active: 0, credits_balance: 500, credits_held: 0 },
        ],
      },
      credits: { granted: 650, expired: 0, used: 5, balance: 645, held: 0 },
      calls: { today: 3, this_month: 3, credits_today: 5, credits_this_month: 5, success_rate: 66.7, avg_latency_ms: 20 },
      top_accounts: [{ account_id: anna.account.id, user_email: anna.account.user_email, calls: 2, credits: 5 }],
      top_tools: [dear, free],
      period: {
        ...{ ...NOTHING, from: monthStart(), to: expect.any(String) },
        ...{ calls: 3, errors: 1, records: 4, credits: 5, success_rate: 66.7, p50_ms: expect.closeTo(20, -0.3) },
        ...{ p95_ms: expect.closeTo(30, -0.3), p99_ms: expect.closeTo(30, -0.3) },
      },
      previous: { ...NOTHING, from: expect.any(String), to: monthStart() },
      top_clients: [{ client_name: 'test/1.0', calls: 3, errors: 1 }],
      refusals: [],
      as_of: expect.any(String),
    });
    expect((await rest.get(admin, '/api/admin/mcp/tool-usage?days=1').expect(200)).body).toEqual({
      period_days: 1,
      total_calls: 3,
      total_credits: 5,
      success_rate: 66.7,
      avg_latency_ms: 20,
      tools: [
        { ...dear, p50_ms: expect.closeTo(10, 0), p95_ms: expect.closeTo(20, -0.3), p99_ms: expect.closeTo(20, -0.3) },
        { ...free, p50_ms: expect.closeTo(30, -0.3), p95_ms: expect.closeTo(30, -0.3), p99_ms: expect.closeTo(30, -0.3) },
      ],
    });
  });

  it('are of a time, beside the time of the same length before it', async () => {
    const at = (hour: number) => `2026-03-02T0${hour}:30:00.000Z`;
    const user = { user_id: (await rest.newUser()).userId, tool_name: 'then' };
    await rest.record(
      { ...user, created_at: new Date(at(1)), is_error: true, client_name: 'old' },
      { ...user, created_at: new Date(at(2)), client_name: 'b', duration_ms: 10 },
      { ...user, created_at: new Date(at(3)), client_name: 'a', is_error: true },
      { ...user, created_at: new Date(at(3)), client_name: 'a' },
      { ...user, created_at: new Date(at(4)), client_name: 'later' },
    );
    await rest.delivered();
    rest.app.get(Refusals).count('credits');
    await rest.app.get(RefusalCounts).write();
    const ask = async (query: string) =>
      (await rest.get(admin, `/api/admin/mcp/analytics?${query}`).expect(200)).body as AnalyticsDto;
    const then = await ask(`from=${at(2)}&to=${at(4)}`);
    expect(then.period).toMatchObject({ from: at(2), to: at(4), calls: 3, errors: 1, success_rate: 66.7 });
    expect(then.previous).toMatchObject({ from: at(0), to: at(2), calls: 1, errors: 1, success_rate: 0 });
    expect(then.top_clients).toEqual([
      { client_name: 'a', calls: 2, errors: 1 },
      { client_name: 'b', calls: 1, errors: 0 },
    ]);
    expect(then.top_tools.map(({ tool, calls }) => [tool, calls])).toEqual([['then', 3]]);
    expect(then.refusals).toEqual([]);
    const now = new Date();
    expect((await ask(`from=${new Date(now.getTime() - 60_000).toISOString()}`)).refusals).toEqual([
      { reason: 'credits', refused: 1 },
    ]);
    expect((await ask(`from=2026-01-01T00:00:00Z&to=${at(4)}`)).top_clients).toBeNull();
  });

  it.each(['from=x', 'from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z'])('refuse %s', async (query) => {
    await rest.get(admin, `/api/admin/mcp/analytics?${query}`).expect(422);
  });

  it.each(['days=0', 'days=91', 'days=x'])('refuse %s', async (query) => {
    const { body } = await rest.get(admin, `/api/admin/mcp/tool-usage?${query}`).expect(422);
    expect(body).toMatchObject({ detail: [{ loc: ['query', 'days'] }] });
  });
});
