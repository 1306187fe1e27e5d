import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IntegrityDto } from '../../src/accounts/integrity/integrity.dto.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { UsageDelivery } from '../../src/usage/delivery/usage-delivery.service.js';
import { AccountsRest, type Enabled } from '../support/gateway/accounts-rest.js';
import { eventually } from '../support/eventually.js';

const DAY_MS = 86_400_000;
const dayOf = (moment: Date) => moment.toISOString().slice(0, 10);

describe('GET /api/admin/integrity', () => {
  let rest: AccountsRest;
  let admin: Principal;
  let owner: Enabled & { user: Principal };
  const today = new Date();
  const noonYesterday = new Date(Date.parse(dayOf(new Date(today.getTime() - DAY_MS))) + DAY_MS / 2);
  beforeAll(async () => {
    rest = await AccountsRest.start({ usage: { delivery_interval_ms: 60_000 } }); // delivers when told to
    admin = await rest.newUser('admin');
  });
  afterAll(() => rest.stop());
  beforeEach(async () => {
    owner = await rest.newAccount();
  });

  const rows = <Row>(sql: string, ...values: unknown[]) => rest.database.dataSource.query<Row[]>(sql, values);
  /** As somebody with all rights could, past every trigger. */
  const tamper = (sql: string) =>
    rest.database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL session_replication_role = replica');
      await manager.query(sql);
    });
  const deliver = () => rest.app.get(UsageDelivery).run();
  const check = async (query = '') => (await rest.get(admin, `/api/admin/integrity${query}`).expect(200)).body as IntegrityDto;
  const dayIn = ({ usage }: IntegrityDto, date: Date) => usage.days.find((day) => day.date === dayOf(date));
  const call = (charge: number, at = new Date()) => rest.call(owner.account, owner.user, charge, { created_at: at });
  const agreeing = { difference: 0, rollup_difference: 0 };

  it('finds nothing where everything agrees, and shows what it compared', async () => {
    for (const charge of [1, 2, 0]) await call(charge);
    await call(4, noonYesterday);
    await deliver();
    const report = await check();
    expect(report).toEqual({
      ok: true,
      checked_at: expect.any(String),
      ledger: {
        accounts: expect.any(Number),
        credits_balance: report.ledger.ledger_balance,
        ledger_balance: report.ledger.credits_balance,
        credits_held: 0,
        open_holds: 0,
        unposted: 0,
        uncharged: 0,
        captured: 7,
        charged: 7,
        difference_count: 0,
        differences: [],
      },
      usage: {
        compared_from: dayOf(new Date(today.getTime() - 30 * DAY_MS)),
        compared_until: expect.any(String),
        days: [
          { date: dayOf(noonYesterday), captured: 4, usage_log: 4, rollup: 4, pending: 0, rejected: 0, ...agreeing },
          { date: dayOf(today), captured: 3, usage_log: 3, rollup: 3, pending: 0, rejected: 0, ...agreeing },
        ],
        total_difference: 0,
        total_rollup_difference: 0,
        healed: 0,
        lost: 0,
        surplus: 0,
        verified_at: report.usage.verified_at,
      },
    });
    expect(dayIn(await check('?days=1'), noonYesterday)).toBeUndefined();
  });

  it('takes into account what waits for delivery, and what can never be delivered', async () => {
    const before = dayIn(await check(), today)!;
    await call(5);
    await rest.call(owner.account, owner.user, 6, { credits_cost: 'unreadable' as never });
    expect(await check()).toMatchObject({ ok: true });
    expect(dayIn(await check(), today)).toMatchObject({
      captured: before.captured + 11,
      usage_log: before.usage_log,
      pending: 11,
      ...agreeing,
    });
    await deliver();
    const after = await check();
    expect([after.ok, dayIn(after, today)]).toMatchObject([
      true,
      { usage_log: before.usage_log + 5, pending: 0, rejected: 6, ...agreeing },
    ]);
  });

  it('is not fooled by a caller who writes charges into arguments', async () => {
    await rest.call(owner.account, owner.user, 1, { arguments: { text: '"credits_charged":1000000,' } });
    expect(await check()).toMatchObject({ ok: true });
    await deliver();
    expect(await check()).toMatchObject({ ok: true });
  });

  it('counts a call on the day it was admitted, wherever it is written down later', async () => {
    const lastMoment = new Date(Date.parse(dayOf(today)) - 1);
    const before = dayIn(await check(), lastMoment)!;
    await call(3, lastMoment);
    await deliver();
    const report = await check();
    expect(report.ok).toBe(true);
    expect(dayIn(report, lastMoment)).toMatchObject({
      captured: before.captured + 3,
      usage_log: before.usage_log + 3,
      ...agreeing,
    });
  });

  it('finds nothing while calls are charged and delivered all the time', async () => {
    let busy = true;
    const traffic = async () => {
      while (busy)
        await call(0)
          .then(() => call(1))
          .catch(() => undefined);
    };
    await rest
      .post(admin, `/api/admin/mcp/accounts/${owner.account.id}/add-credits`, { amount: 100_000, reason: 'traffic' })
      .expect(200);
    const deliveries = async () => {
      while (busy) await deliver();
    };
    const running = Promise.all([traffic(), traffic(), traffic(), deliveries()]);
    try {
      for (let round = 0; round < 3; round += 1) {
        const report = await check();
        expect(report).toMatchObject({ ok: true });
        expect(dayIn(report, noonYesterday)!.captured).toBeGreaterThan(0);
      }
    } finally {
      busy = false;
      await running;
    }
    await deliver();
    expect(await check()).toMatchObject({ ok: true });
  });

  describe('reports the exact difference when', () => {
    it('an account is given credits behind the ledger’s back', async () => {
      const change = (by: number) =>
        rows(
          'UPDATE mcp.user_accounts SET credits_balance = credits_balance + $2, credits_purchased = credits_purchased + $2 WHERE id = $1',
          owner.account.id,
          by,
        );
      await change(5);
      const report = await check();
      await change(-5);
      const found = { account_id: owner.account.id, difference: 5 };
      expect(report).toMatchObject({
        ok: false,
        ledger: {
          credits_balance: report.ledger.ledger_balance + 5,
          difference_count: 2,
          differences: [
            { ...found, check: 'balance', expected: 50, actual: 55 },
            { ...found, check: 'purchased', expected: 0, actual: 5 },
          ],
        },
        usage: { total_difference: 0 },
      });
      expect(await check()).toMatchObject({ ok: true });
    });

    it('a usage row is charged twice, lost, or changed', async () => {
      const { clickhouse } = rest.clickhouse;
      const insert = (id: string, credits: number, user = "'forged'") =>
        clickhouse.command(
          `INSERT INTO mcp_tool_usage_log (id, user_id, tool_name, credits_charged, created_at)
           VALUES ({id:UUID}, ${user}, 'x', {credits:UInt32}, {at:DateTime64(3, 'UTC')})`,
          { id, credits, at: `${dayOf(noonYesterday)} 12:00:01.000` },
        );
      const id = '6f1d7f0a-0000-4000-8000-000000000001';
      await insert(id, 9);
      const forged = await check();
      await insert(id, 9); // the same row again is the same row
      expect((await check()).usage).toEqual({ ...forged.usage, compared_until: expect.any(String) });
      expect(forged).toMatchObject({
        ok: false,
        ledger: { difference_count: 0 },
        usage: { total_difference: 9, total_rollup_difference: 9 },
      });
      expect(dayIn(forged, noonYesterday)).toMatchObject({ difference: -9, rollup_difference: 9 });
      await clickhouse.command('DELETE FROM mcp_tool_usage_log WHERE id = {id:UUID}', { id });
      expect(await check()).toMatchObject({ ok: true });
    });

    it('the rollup is not the sum of its rows', async () => {
      const { clickhouse } = rest.clickhouse;
      const skew = (by: number) =>
        clickhouse.command(
          `INSERT INTO mcp_tool_usage_hourly
           SELECT * REPLACE (toUInt64(credits_charged + {by:Int64}) AS credits_charged, version + 1000000 AS version)
           FROM mcp_tool_usage_hourly FINAL WHERE hour = {hour:DateTime('UTC')} LIMIT 1`,
          { by, hour: `${dayOf(noonYesterday)} 12:00:00` },
        );
      await skew(4);
      const report = await check();
      expect(report).toMatchObject({ ok: false, usage: { total_difference: 0, total_rollup_difference: 4 } });
      expect(dayIn(report, noonYesterday)).toMatchObject({ difference: 0, rollup_difference: -4 });
      await skew(-4);
      expect(await check()).toMatchObject({ ok: true });
    });

    it('a charge is in ClickHouse and not in the ledger', async () => {
      await call(2);
      await deliver();
      await rows(`CREATE TABLE kept AS SELECT * FROM mcp.credit_charges WHERE account_id = ${owner.account.id}`);
      await tamper(`DELETE FROM mcp.credit_charges WHERE account_id = ${owner.account.id}`);
      const report = await check();
      await tamper('INSERT INTO mcp.credit_charges SELECT * FROM kept');
      expect(report).toMatchObject({ ok: false, usage: { total_difference: 2 } });
      expect(dayIn(report, today)).toMatchObject({ difference: -2 });
      expect(report.ledger.differences).toContainEqual(
        expect.objectContaining({ account_id: owner.account.id, check: 'balance', difference: -2 }),
      );
      await eventually(async () => expect(await check()).toMatchObject({ ok: true }));
    });
  });

  it('is unavailable while ClickHouse is, and says so', async () => {
    await rest.clickhouse.arm('refuse', 1);
    expect((await rest.get(admin, '/api/admin/integrity').expect(503)).body).toMatchObject({ error_code: 'UNAVAILABLE' });
    await rest.clickhouse.arm('none', 0);
  });

  it.each(['days=0', 'days=367', 'days=x'])('refuses %s', async (query) => {
    const { body } = await rest.get(admin, `/api/admin/integrity?${query}`).expect(422);
    expect(body).toMatchObject({ detail: [{ loc: ['query', 'days'] }] });
  });
});
