import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Principal } from '../../src/auth/access/principal.js';
import { AccountsRest, type Enabled } from '../support/gateway/accounts-rest.js';

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

describe('The usage of an account', () => {
  let rest: AccountsRest;
  beforeAll(async () => {
    rest = await AccountsRest.start();
    await rest.delivers();
  });
  afterAll(() => rest.stop());
  afterEach(() => (rest.clock.at = undefined));

  const ago = (ms: number) => new Date(Date.now() - ms);
  const usage = async (user: Principal, query = '') => (await rest.get(user, `/api/mcp/usage${query}`).expect(200)).body;
  const summary = async (user: Principal) => (await rest.get(user, '/api/mcp/usage/summary').expect(200)).body;

  describe('as history', () => {
    let owner: Enabled & { user: Principal };
    beforeAll(async () => {
      owner = await rest.newAccount();
      const user_id = owner.user.userId;
      await rest.record(
        { user_id, tool_name: 'greet', credits_cost: 1, credits_charged: 1, created_at: ago(10 * SECOND_MS) },
        { user_id, tool_name: 'greet', api_key_id: '', transport: 'rest', created_at: ago(2 * DAY_MS) },
        {
          user_id,
          tool_name: 'get_daily_bars',
          is_error: true,
          is_backend_error: true,
          error_code: 'TIMEOUT',
          credits_cost: 3,
          credits_charged: 0,
          duration_ms: 12.5,
          created_at: ago(20 * SECOND_MS),
        },
        { user_id, created_at: ago(7 * DAY_MS - 60 * SECOND_MS) },
        { user_id, created_at: ago(7 * DAY_MS + 60 * SECOND_MS) },
        { user_id: (await rest.newUser()).userId },
      );
      await rest.delivered();
    });

    it('has every field of the source, newest first, of the last seven days by default', async () => {
      const body = await usage(owner.user);
      expect(body).toMatchObject({ total_calls: 4, period_days: 7 });
      const { tool_calls } = body as { tool_calls: Record<string, unknown>[] };
      expect(tool_calls).toHaveLength(4);
      expect(tool_calls.slice(0, 2)).toEqual([
        {
          request_id: expect.any(String),
          tool_name: 'greet',
          credits_cost: 1,
          credits_charged: 1,
          success: true,
          is_backend_error: false,
          error_code: null,
          latency_ms: 2.5,
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        },
        {
          request_id: expect.any(String),
          tool_name: 'get_daily_bars',
          credits_cost: 3,
          credits_charged: 0,
          success: false,
          is_backend_error: true,
          error_code: 'TIMEOUT',
          latency_ms: 12.5,
          created_at: expect.any(String),
        },
      ]);
    });

    it.each([
      ['?days=1', 2, 2],
      ['?days=90', 5, 5],
      ['?tool_name=greet', 2, 2],
      ['?success_only=true', 3, 3],
      ['?success_only=false', 4, 4],
      ['?success_only=true&tool_name=get_daily_bars', 1, 1],
      ['?limit=1', 4, 1],
      ['?limit=500&offset=3', 4, 1],
      ['?offset=4', 4, 0],
      [`?tool_name=${encodeURIComponent("greet' OR '1'='1")}`, 0, 0],
      [`?tool_name=${encodeURIComponent('{userId:String}')}`, 0, 0],
    ])('can be narrowed, and the total agrees: %s', async (query, total, shown) => {
      const { total_calls, tool_calls } = (await usage(owner.user, query)) as { total_calls: number; tool_calls: unknown[] };
      expect([total_calls, tool_calls.length]).toEqual([total, shown]);
    });

    it.each([
      ['days=0', 'days'],
      ['days=91', 'days'],
      ['days=1.5', 'days'],
      ['limit=0', 'limit'],
      ['limit=501', 'limit'],
      ['offset=-1', 'offset'],
      ['success_only=maybe', 'success_only'],
      ['tool_name=a&tool_name=b', 'tool_name'],
      ['tool_name=%00', 'query'],
      ['user_id=someone', 'user_id'],
    ])('refuses %s, naming %s', async (query, field) => {
      const { body } = await rest.get(owner.user, `/api/mcp/usage?${query}`).expect(422);
      expect(body).toMatchObject({ error_code: 'VALIDATION_ERROR' });
      expect(JSON.stringify((body as { detail: unknown }).detail)).toContain(`"${field}"`);
    });

    it("never shows another user's calls", async () => {
      const other = await rest.newAccount();
      expect(await usage(other.user, '?days=90')).toEqual({ total_calls: 0, period_days: 90, tool_calls: [] });
    });

    it('says so while ClickHouse is away', async () => {
      await rest.clickhouse.arm('refuse', 1);
      const { body } = await rest.get(owner.user, '/api/mcp/usage').expect(503);
      expect(body).toMatchObject({ error_code: 'UNAVAILABLE' });
    });
  });

  describe('as summary', () => {
    it('of an account that has called nothing is zeros and a full success', async () => {
      const { user } = await rest.newAccount();
      const today = new Date();
      const daysLeft =
        new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 0)).getUTCDate() - today.getUTCDate() + 1;
      expect(await summary(user)).toEqual({
        credits_balance: 50,
        credits_tier: 'free',
        credits_monthly_allocation: 50,
        credits_used_today: 0,
        credits_used_this_month: 0,
        total_calls_today: 0,
        total_calls_this_month: 0,
        success_rate: 100,
        avg_latency_ms: 0,
        tool_breakdown: [],
        days_until_refill: daysLeft,
      });
    });

    it('has the balance of the ledger and the numbers of the log', async () => {
      const { user, account } = await rest.newAccount();
      await rest.call(account, user, 7, { tool_name: 'dear', duration_ms: 10 });
      await rest.call(account, user, 1, { tool_name: 'cheap', duration_ms: 20 });
      await rest.call(account, user, 1, { tool_name: 'cheap', duration_ms: 30 });
      await rest.call(account, user, 0, { tool_name: 'cheap', is_error: true, duration_ms: 1 });
      await rest.delivered();
      expect(await summary(user)).toMatchObject({
        credits_balance: 41,
        credits_used_today: 9,
        credits_used_this_month: 9,
        total_calls_today: 4,
        total_calls_this_month: 4,
        success_rate: 75,
        avg_latency_ms: 15.3,
        tool_breakdown: [
          { tool: 'cheap', calls: 3, credits: 2 },
          { tool: 'dear', calls: 1, credits: 7 },
        ],
      });
    });

    it('cuts days and months at midnight in UTC, to the millisecond', async () => {
      const { user } = await rest.newAccount();
      const now = new Date();
      const lastMonth = (day: number, ms = 0) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, day) + ms;
      const times = [
        lastMonth(1, -1),
        lastMonth(1),
        lastMonth(2, -1),
        lastMonth(2),
        lastMonth(3, -1),
        lastMonth(3),
        lastMonth(1) + 32 * DAY_MS,
      ];
      await rest.record(
        ...times.map((ms) => ({ user_id: user.userId, id: randomUUID(), credits_charged: 1, created_at: new Date(ms) })),
      );
      await rest.delivered();
      rest.clock.at = lastMonth(2, 12 * 3_600_000);
      expect(await summary(user)).toMatchObject({
        total_calls_today: 2,
        credits_used_today: 2,
        total_calls_this_month: 5,
        credits_used_this_month: 5,
      });
      rest.clock.at = lastMonth(1);
      expect(await summary(user)).toMatchObject({ total_calls_today: 2, total_calls_this_month: 5 });
      rest.clock.at = lastMonth(1, -1);
      expect(await summary(user)).toMatchObject({ total_calls_today: 1, total_calls_this_month: 1 });
    });

    it("never counts another user's calls", async () => {
      const [anna, bob] = [await rest.newAccount(), await rest.newAccount()];
      await rest.record({ user_id: anna.user.userId });
      await rest.delivered();
      expect(await summary(anna.user)).toMatchObject({ total_calls_this_month: 1 });
      expect(await summary(bob.user)).toMatchObject({ total_calls_this_month: 0, tool_breakdown: [] });
    });
  });
});
