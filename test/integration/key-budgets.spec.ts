import { describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Principal } from '../../src/auth/access/principal.js';
import type { CreditBudget } from '../../src/limits/credit-budget.js';
import { BudgetHold } from '../../src/credits/budgets/budget-window.js';
import { BudgetUses } from '../../src/credits/budgets/budget-uses.service.js';
import { textOf } from '../../src/tools/source/content.js';
import { accountWith, begun, charge, creditRig, type CreditRig } from '../support/databases/credit-rig.js';
import { openPostgres } from '../support/databases/test-database.js';
import { BEHAVIOUR, answer, database, gateway, rigs, state, usageOf } from '../support/gateway/metered-tools.js';
import { TestClock } from '../support/test-clock.js';

jest.setTimeout(60_000);

const budgetOf = (credits: number, period: CreditBudget['period'] = 'never'): CreditBudget => ({
  id: randomUUID(),
  credits,
  period,
});
const keyWith = (budget: CreditBudget): NonNullable<Principal['apiKey']> => ({
  id: randomUUID(),
  name: 'nightly',
  allowedTools: null,
  rateLimitPerHour: null,
  budget,
});
const usedOf = async (budget: CreditBudget, clock = new TestClock()) =>
  (await new BudgetUses(rigs[0]!.budgetsRepository, clock).of([budget]))[0]!.used;

/** A call of so many credits on this replica, if its key's budget has them. */
async function spend(rig: CreditRig, accountId: number, budget: CreditBudget, price: number): Promise<boolean> {
  const hold = await rig.budgets.hold(budget, price);
  if (!(hold instanceof BudgetHold)) return false;
  const reservation = await begun(rig, accountId, price);
  reservation.budget = hold;
  await charge(rig, reservation, price);
  return true;
}
const many = (count: number, rig: CreditRig, accountId: number, budget: CreditBudget, price = 1) =>
  Promise.all(Array.from({ length: count }, () => spend(rig, accountId, budget, price)));
const count = (served: boolean[]) => served.filter(Boolean).length;

describe('A key with a budget', () => {
  it('has exactly so many calls served by one replica, however many come at once, while posting goes on', async () => {
    const accountId = await accountWith(rigs[0]!, 1_000);
    const budget = budgetOf(100);
    const posting = Promise.all(Array.from({ length: 20 }, () => rigs[0]!.posting.post()));
    expect(count(await many(300, rigs[0]!, accountId, budget))).toBe(100);
    await posting;
    expect(await usedOf(budget)).toBe(100);
    expect(await spend(rigs[0]!, accountId, budget, 1)).toBe(false);
    expect(await state(accountId)).toMatchObject({ balance: 900, charges: 100 });
    expect(await usedOf(budget)).toBe(100);
  });

  it('has no credit too few served where calls come one after the other, of several prices', async () => {
    const accountId = await accountWith(rigs[0]!, 1_000);
    const budget = budgetOf(50);
    for (const price of [7, 13, 11, 9, 8]) expect(await spend(rigs[0]!, accountId, budget, price)).toBe(true);
    expect([await spend(rigs[0]!, accountId, budget, 3), await spend(rigs[0]!, accountId, budget, 2)]).toEqual([false, true]);
    expect(await usedOf(budget)).toBe(50);
  });

  it('is overspent on two replicas by no more than what runs on the other, and not at all by calls one after the other', async () => {
    const accountId = await accountWith(rigs[0]!, 10_000);
    const atOnce = budgetOf(100);
    const [first, second] = await Promise.all(rigs.map((rig) => many(150, rig, accountId, atOnce)));
    const served = count(first!) + count(second!);
    expect(served).toBeGreaterThanOrEqual(100);
    expect(served).toBeLessThanOrEqual(200);
    for (const rig of rigs) expect(await spend(rig, accountId, atOnce, 1)).toBe(false);
    const inTurn = budgetOf(40);
    let calls = 0;
    for (let turn = 0; turn < 60; turn += 1) calls += Number(await spend(rigs[turn % 2]!, accountId, inTurn, 1));
    expect([calls, await usedOf(inTurn)]).toEqual([40, 40]);
  });

  it('has nothing forgotten by a gateway that dies, posted or not, and counts once what is posted twice', async () => {
    const accountId = await accountWith(rigs[0]!, 1_000);
    const budget = budgetOf(30, 'month');
    await many(10, rigs[0]!, accountId, budget);
    await Promise.all(rigs.map(({ posting }) => posting.post()));
    await many(10, rigs[1]!, accountId, budget);
    const door = await openPostgres(database.url);
    const born = creditRig(door.postgres);
    expect(count(await many(50, born, accountId, budget))).toBe(10);
    await Promise.all([...rigs, born].flatMap(({ posting }) => [posting.post(), posting.post()]));
    const [row] = await database.dataSource.query(
      'SELECT sum(credits)::int AS credits FROM mcp.budget_spend WHERE budget_id = $1',
      [budget.id],
    );
    expect(row).toEqual({ credits: 30 });
    await born.upkeep.close();
    await door.close();
  });

  it('begins anew with its period, and only then', async () => {
    const clock = new TestClock();
    const door = await openPostgres(database.url);
    const rig = creditRig(door.postgres, undefined, undefined, clock);
    const accountId = await accountWith(rig, 1_000);
    const budgets = (['day', 'week', 'month', 'never'] as const).map((period) => budgetOf(5, period));
    const servedOf = async () => {
      const served: number[] = [];
      for (const budget of budgets) served.push(count(await many(7, rig, accountId, budget)));
      return served;
    };
    const spendEvent = async (days: number) => {
      clock.advance(days * 86_400_000);
      return servedOf();
    };
    expect(await servedOf()).toEqual([5, 5, 5, 5]);
    expect(await servedOf()).toEqual([0, 0, 0, 0]);
    expect(await spendEvent(1)).toEqual([5, 0, 0, 0]); // 2 January 2026, a Friday
    expect(await spendEvent(3)).toEqual([5, 5, 0, 0]); // Monday
    expect(await spendEvent(27)).toEqual([5, 5, 5, 0]); // 1 February
    await rig.posting.post();
    expect(await spendEvent(0)).toEqual([0, 0, 0, 0]);
    await door.close();
  });

  it('keeps the sum of old days for a budget for all time, and of a month its days', async () => {
    const [always, month] = [budgetOf(100), budgetOf(100, 'month')];
    const put = (day: string, credits: number, { id }: CreditBudget) =>
      database.dataSource.query(`INSERT INTO mcp.budget_spend VALUES ($1, now() AT TIME ZONE 'UTC' + $2::interval, $3)`, [
        id,
        day,
        credits,
      ]);
    for (const budget of [always, month]) {
      await put('-70 days', 5, budget);
      await put('-60 days', 6, budget);
      await put('0 days', 7, budget);
    }
    while ((await rigs[0]!.budgetsRepository.foldOldDays()) > 0) continue;
    const rows = await database.dataSource.query<{ credits: number }[]>(
      'SELECT credits::int FROM mcp.budget_spend WHERE budget_id = $1 ORDER BY day',
      [always.id],
    );
    expect(rows).toEqual([{ credits: 11 }, { credits: 7 }]);
    const uses = await new BudgetUses(rigs[0]!.budgetsRepository, { now: () => Date.now(), monotonic: () => 0 }).of([
      month,
      undefined,
      always,
    ]);
    expect(uses.map((use) => use?.used)).toEqual([7, undefined, 18]);
  });
});

describe('A call with a key whose budget', () => {
  it('is used up is refused in words, as one without credits is, and free calls go on', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const apiKey = keyWith(budgetOf(5, 'never'));
    const { call } = gateway(rigs[0]!);
    for (let n = 0; n < 2; n += 1) expect((await call('works', { accountId, apiKey })).isError).toBeUndefined();
    const refused = await call('works', { accountId, apiKey });
    expect([refused.isError, textOf(refused)]).toEqual([
      true,
      'The budget of the API key "nightly" is 5 credits in all: need 2, have 1. It does not begin anew; the key\'s owner or an admin can raise it.',
    ]);
    expect(usageOf(refused)).toMatchObject({ credits_charged: 0, credits_remaining: 46 });
    expect((await call('free', { accountId, apiKey })).isError).toBeUndefined();
    const [day] = [await call('dear', { accountId, apiKey: keyWith(budgetOf(30, 'day')) })];
    expect(textOf(day)).toMatch(/is 30 credits a day: need 40, have 30\. It begins anew at \d{4}-\d\d-\d\d 00:00:00 UTC; /);
    expect(await state(accountId)).toMatchObject({ balance: 46, held: 0 });
  });

  it.each(['breaks', 'refuses_input'])('comes back when its tool %s', async (name) => {
    const accountId = await accountWith(rigs[0]!, 50);
    const apiKey = keyWith(budgetOf(2));
    const { call } = gateway(rigs[0]!);
    for (let n = 0; n < 3; n += 1) expect(textOf(await call(name, { accountId, apiKey }))).not.toMatch(/budget/);
    expect(usageOf(await call('works', { accountId, apiKey })).credits_charged).toBe(2);
    expect(textOf(await call('works', { accountId, apiKey }))).toMatch(/have 0/);
  });

  it('is not touched by what its account cannot pay', async () => {
    const accountId = await accountWith(rigs[0]!, 3);
    const apiKey = keyWith(budgetOf(4));
    const { call } = gateway(rigs[0]!);
    expect(usageOf(await call('works', { accountId, apiKey })).credits_charged).toBe(2);
    expect(textOf(await call('works', { accountId, apiKey }))).toBe('Insufficient credits: need 2, have 1.');
    await rigs[0]!.ledger.grant({ accountId, amount: 10, reason: 'test', by: 'test' });
    expect(usageOf(await call('works', { accountId, apiKey })).credits_charged).toBe(2);
    expect(textOf(await call('works', { accountId, apiKey }))).toMatch(/have 0/);
  });

  it('is held by another that runs is refused until that has ended', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const apiKey = keyWith(budgetOf(2));
    let end!: () => void;
    BEHAVIOUR['works'] = () => new Promise((resolve) => (end = () => resolve(answer)));
    const { call } = gateway(rigs[0]!);
    const running = call('works', { accountId, apiKey });
    while (!end) await new Promise(setImmediate);
    expect(textOf(await call('works', { accountId, apiKey }))).toMatch(/need 2, have 0/);
    end();
    BEHAVIOUR['works'] = () => Promise.resolve(answer);
    expect(usageOf(await running).credits_charged).toBe(2);
  });
});

it('after all of this the books agree', async () => {
  await rigs[0]!.posting.post();
  expect(await rigs[0]!.audit.audit()).toMatchObject({ differences: [] });
});
