import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Principal } from '../../src/auth/access/principal.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';

describe('Usage', () => {
  let rest: AccountsRest;
  let admin: Principal;
  beforeAll(async () => {
    rest = await AccountsRest.start();
    admin = await rest.newUser('admin');
    await rest.delivers();
  }, 60_000);
  afterAll(() => rest.stop());

  const onTheLastOf = (days: number, count: number) => [...Array<number>(days - 1).fill(0), count];
  const page = async (who: Principal, path: string) => (await rest.get(who, path).expect(200)).body as unknown;

  it('by key has each under its name now, most used first, and calls by login; in statistics, lists and accounts too', async () => {
    const { user, account } = await rest.newAccount();
    const made = await rest.post(user, '/api/mcp-keys/create', { key_name: 'laptop' }).expect(200);
    const { key_id } = made.body as { key_id: string };
    const call = { user_id: user.userId, record_count: 5, credits_charged: 2 };
    await rest.record(
      { ...call, api_key_id: key_id },
      { ...call, api_key_id: key_id, is_error: true },
      { ...call, api_key_id: '' },
      { ...call, api_key_id: key_id, created_at: new Date(Date.now() - 40 * 86_400_000) },
      { ...call, user_id: admin.userId, api_key_id: key_id },
    );
    await rest.delivered();
    expect((await rest.get(user, '/api/mcp-usage/keys').expect(200)).body).toEqual({
      period_days: 30,
      keys: [
        {
          ...{ api_key_id: key_id, api_key_name: 'laptop', call_count: 2, error_count: 1, total_records: 10, total_credits: 4 },
          ...{ daily_calls: onTheLastOf(30, 2), daily_errors: onTheLastOf(30, 1) },
        },
        {
          ...{ api_key_id: '', api_key_name: null, call_count: 1, error_count: 0, total_records: 5, total_credits: 2 },
          ...{ daily_calls: onTheLastOf(30, 1), daily_errors: onTheLastOf(30, 0) },
        },
      ],
    });
    const total = async (who: Principal, path: string, name: string) =>
      ((await rest.get(who, path).expect(200)).body as Record<string, unknown>)[name];
    expect(await total(user, `/api/mcp-usage/stats?days=60&api_key_id=${key_id}`, 'total_calls')).toBe(3);
    expect(await total(user, `/api/mcp-usage/history?api_key_id=${key_id}`, 'total')).toBe(3);
    expect(await total(user, `/api/mcp/usage?api_key_id=${key_id}`, 'total_calls')).toBe(2);
    expect(await total(admin, `/api/admin/mcp/accounts/${account.id}/tool-calls?api_key_id=${key_id}`, 'total')).toBe(3);
    expect(await total(user, `/api/mcp-usage/stats?days=60&api_key_id=${key_id.toUpperCase()}`, 'total_calls')).toBe(3);
    await rest.get(user, '/api/mcp-usage/keys?days=366').expect(422);
    const byName = [
      rest.get(user, '/api/mcp-usage/stats?api_key_id=laptop'),
      rest.get(user, '/api/mcp-usage/history?api_key_id=laptop'),
      rest.get(user, '/api/mcp/usage?api_key_id=laptop'),
      rest.get(admin, `/api/admin/mcp/accounts/${account.id}/tool-calls?api_key_id=laptop`),
      rest.get(admin, `/api/admin/users/${user.userId}/usage/stats?api_key_id=laptop`),
    ];
    for (const { status, body } of await Promise.all(byName))
      expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('api_key_id must be a UUID')]);
  });

  it('of any user’s calls is the operator’s to have, with an account or without, also of one who is gone', async () => {
    const user = await rest.newUser();
    await rest.record({ user_id: user.userId, api_key_id: randomUUID(), tool_name: 'greet', credits_charged: 0 });
    await rest.delivered();
    const at = `/api/admin/users/${user.userId}/usage`;
    for (let gone = 0; gone < 2; gone += 1) {
      expect(await page(admin, at)).toMatchObject({
        user_id: user.userId,
        account_id: null,
        total_calls_today: 1,
        total_calls_this_month: 1,
        success_rate: 100,
        tool_breakdown: [{ tool: 'greet', calls: 1, credits: 0 }],
      });
      expect(await page(admin, `${at}/history`)).toMatchObject({
        total: 1,
        records: [{ tool_name: 'greet', api_key_name: null }],
      });
      expect(await page(admin, `${at}/stats?days=1`)).toMatchObject({ total_calls: 1 });
      expect(await page(admin, `${at}/keys`)).toMatchObject({ keys: [{ call_count: 1 }] });
      expect((await rest.get(admin, `${at}/history?format=csv`).expect(200)).text).toMatch(/\r\n.*,greet,/);
      expect((await rest.get(admin, `${at}/stats?format=csv`).expect(200)).text).toMatch(/\r\n.*,greet,/);
      await rest.delete(admin, `/api/admin/users/${user.userId}`);
    }
    for (const path of ['', '/history', '/history?format=csv', '/stats', '/keys']) {
      await rest.get(admin, `/api/admin/users/${randomUUID()}/usage${path}`).expect(404);
      await rest.get(await rest.newUser(), at + path).expect(403);
    }
  });
});
