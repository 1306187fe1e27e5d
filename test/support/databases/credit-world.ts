import { expect } from '@jest/globals';
import { Reservation } from '../../../src/credits/leases/account-lease.js';
import { eventually } from '../eventually.js';
import { TestClock } from '../test-clock.js';
import { AccountModel, TIERS, type Tier } from './credit-model.js';
import { charge, closeSilent, creditRig, openAccount, reserve, setLedgerTime, type CreditRig } from './credit-rig.js';
import { openPostgres, type OpenPostgres, type TestDatabase } from './test-database.js';

export const REPLICAS = 3;
export const ACCOUNTS = 2;

/** Something that happens. */
export type Step =
  | { kind: 'reserve'; replica: number; account: number; amount: number }
  | { kind: 'charge'; which: number; share: number }
  | { kind: 'abandon'; which: number }
  | { kind: 'settle'; replica: number }
  | { kind: 'pause'; replica: number }
  | { kind: 'kill'; replica: number }
  | { kind: 'gather' | 'switch'; replica: number; account: number }
  | { kind: 'grant'; replica: number; account: number; amount: number }
  | { kind: 'take'; replica: number; account: number; amount: number }
  | { kind: 'tier'; replica: number; account: number; tier: Tier }
  | { kind: 'post' }
  | { kind: 'month' };

interface Running {
  reservation: Reservation;
  rig: CreditRig;
  account: number;
  /** Its replica has been closed since. */
  isLate: boolean;
}

/** Replicas and accounts on one PostgreSQL, beside a model of the accounts, which they are compared with. */
export class CreditWorld {
  private readonly models = Array.from({ length: ACCOUNTS }, () => new AccountModel());
  private readonly rigs: CreditRig[] = [];
  private readonly accountIds: number[] = [];
  private readonly doors: OpenPostgres[] = [];
  private running: Running[] = [];

  private constructor(
    private readonly database: TestDatabase,
    public months: number,
  ) {}

  static async open(database: TestDatabase, months: number): Promise<CreditWorld> {
    const world = new CreditWorld(database, months);
    await world.passMonth();
    for (let count = 0; count < REPLICAS; count += 1) world.rigs.push(await world.newRig());
    for (let count = 0; count < ACCOUNTS; count += 1) world.accountIds.push(await openAccount(world.rigs[0]!));
    return world;
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'reserve') await this.reserve(step.replica, step.account, step.amount);
    else if (step.kind === 'charge') await this.charge(step.which, step.share);
    else if (step.kind === 'abandon') await this.abandon(step.which);
    else if (step.kind === 'settle') await this.rigs[step.replica]!.leases.settle(this.rigs[step.replica]!.leases.held);
    else if (step.kind === 'pause') await this.pause(step.replica);
    else if (step.kind === 'kill') await this.kill(step.replica);
    else if (step.kind === 'post') await this.rigs[0]!.posting.post();
    else if (step.kind === 'month') await this.month();
    else await this.book(step, this.rigs[step.replica]!, this.accountIds[step.account]!, this.models[step.account]!);
    await this.compare();
  }

  /** Everything ends: all is posted, and nothing is held. */
  async end(): Promise<void> {
    while (this.running.length > 0) await this.charge(0, 100);
    await this.settleAll();
    await this.rigs[0]!.posting.post();
    await this.compare();
    const { totals } = await this.rigs[0]!.audit.audit();
    expect(totals).toMatchObject({ held: 0, unposted: 0 });
    const rows = await this.database.postgres.query<{ uncharged: number }>(
      `SELECT coalesce(sum(s.amount), 0)::int AS uncharged FROM unnest($1::bigint[]) WITH ORDINALITY AS i (id, place)
       LEFT JOIN mcp.credit_shortfalls s ON s.account_id = i.id GROUP BY place ORDER BY place`,
      [this.accountIds],
    );
    expect(rows).toEqual(this.models.map(({ uncharged }) => ({ uncharged })));
  }

  async close(): Promise<void> {
    for (const rig of this.rigs) await rig.upkeep.close();
    for (const door of this.doors) await door.close();
    await this.database.dataSource.query('UPDATE mcp.user_accounts SET is_active = false');
  }

  private async reserve(place: number, account: number, amount: number): Promise<void> {
    const [rig, model] = [this.rigs[place]!, this.models[account]!];
    const fits = model.isActive && amount <= model.available;
    // What others do not need may come back later than a call waits for it.
    const answer = await eventually(async () => {
      const given = await reserve(rig, this.accountIds[account]!, amount);
      if (fits) expect(given).toBeInstanceOf(Reservation);
      return given;
    });
    if (!(answer instanceof Reservation)) return expect(model.isActive && answer.inactive).toBeFalsy();
    expect(amount).toBeLessThanOrEqual(model.available); // also of an account that was switched off with something leased
    model.running += amount;
    this.running.push({ reservation: answer, rig, account, isLate: false });
  }

  private async charge(which: number, share: number): Promise<void> {
    const call = this.taken(which);
    if (!call) return;
    const { reservation, account, isLate, rig } = call;
    const model = this.models[account]!;
    const wanted = Math.round((reservation.amount * share) / 100);
    if (!isLate) model.running -= reservation.amount;
    const isAlone = this.rigs.every((other) => other === rig || this.freeOf(other, account) === 0);
    const { charged } = await charge(rig, reservation, wanted);
    const most = isLate ? Math.min(wanted, model.isActive ? model.available : 0) : wanted;
    expect(charged).toBeLessThanOrEqual(most);
    if (!isLate || isAlone) expect(charged).toBe(most);
    model.spend(charged);
    model.uncharged += wanted - charged;
    if (isLate) await rig.leases.settle(rig.leases.held); // what it had is not its own any more
  }

  private async abandon(which: number): Promise<void> {
    const call = this.taken(which);
    if (!call) return;
    call.rig.leases.end(call.reservation, 0);
    if (call.isLate) await call.rig.leases.settle(call.rig.leases.held);
    else this.models[call.account]!.running -= call.reservation.amount;
  }

  /** The replica is closed while it stands still, and goes on. */
  private async pause(place: number): Promise<void> {
    const rig = this.rigs[place]!;
    await this.settleAll();
    await closeSilent(rig, this.rigs[(place + 1) % REPLICAS]!);
    for (const call of this.running.filter((each) => each.rig === rig && !each.isLate)) {
      call.isLate = true;
      this.models[call.account]!.running -= call.reservation.amount;
    }
    for (const model of this.models) model.collect();
  }

  /** What runs on it never ends. */
  private async kill(place: number): Promise<void> {
    await this.pause(place);
    const rig = this.rigs[place]!;
    await rig.upkeep.close();
    this.running = this.running.filter((call) => call.rig !== rig);
    this.rigs[place] = await this.newRig();
  }

  private async month(): Promise<void> {
    await this.settleAll();
    await this.rigs[0]!.posting.post();
    await this.passMonth();
    for (const { replica } of this.rigs) await replica.renew(undefined);
    for (const [account, model] of this.models.entries()) if (model.isActive) await this.refill(account);
  }

  private async refill(account: number): Promise<void> {
    await this.rigs[0]!.ledger.balance(this.accountIds[account]!);
    this.models[account]!.refill();
  }

  private async book(step: Extract<Step, { account: number }>, rig: CreditRig, accountId: number, model: AccountModel) {
    const by = 'test';
    if (step.kind === 'gather') await this.gather(rig, accountId, model);
    if (step.kind === 'switch') await this.switch(accountId, model);
    if (step.kind === 'take' || (step.kind === 'grant' && step.amount < 0)) await this.settleAll();
    if (step.kind === 'grant' && step.amount !== 0) {
      const granting = rig.ledger.grant({ accountId, amount: step.amount, reason: 'test', by });
      if (model.grant(step.amount)) expect(await granting).toMatchObject({ booked: true, balance: model.balance });
      else await expect(granting).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    if (step.kind === 'take') {
      const taking = { accountId, amount: step.amount, reason: 'test', by, reference: { type: 'test', id: crypto.randomUUID() } };
      expect(await this.database.postgres.transaction((tx) => rig.ledger.take(taking, tx))).toEqual(model.take(step.amount));
    }
    if (step.kind === 'tier') {
      await rig.ledger.changeTier({ accountId, tier: step.tier, by });
      model.changeTier(step.tier);
    }
  }

  private async gather(rig: CreditRig, accountId: number, { balance, running: held, available }: AccountModel): Promise<void> {
    await eventually(async () => expect(await rig.ledger.balance(accountId)).toMatchObject({ balance, held, available }));
  }

  /** An account that is switched off in one month and on in another is refilled then. */
  private async switch(accountId: number, model: AccountModel): Promise<void> {
    await this.settleAll();
    await this.rigs[0]!.posting.post();
    model.isActive = !model.isActive;
    await this.database.postgres.query('UPDATE mcp.user_accounts SET is_active = $2 WHERE id = $1', [accountId, model.isActive]);
    const before = await this.refills(accountId);
    await this.rigs[0]!.ledger.balance(accountId);
    if ((await this.refills(accountId)) > before) model.refill();
  }

  private async refills(accountId: number): Promise<number> {
    const sql = 'SELECT count(*)::int AS count FROM mcp.credit_periods WHERE account_id = $1';
    return (await this.database.postgres.query<{ count: number }>(sql, [accountId]))[0]!.count;
  }

  /** The accounts are what they must be wherever their credits are; what is free of leases counts as held. */
  private async compare(): Promise<void> {
    await eventually(async () =>
      expect(await this.rows()).toEqual(this.models.map((model, account) => this.rowOf(model, account))),
    );
    expect(await this.rigs[0]!.audit.audit()).toMatchObject({ differenceCount: 0, differences: [] });
  }

  private rows(): Promise<Record<string, number>[]> {
    return this.database.postgres.query(
      `SELECT balance::int, allocation::int, purchased::int, debt::int, held::int FROM mcp.accounts
       WHERE id = ANY ($1) ORDER BY id`,
      [this.accountIds],
    );
  }

  private rowOf({ balance, allocation, purchased, debt, running, available }: AccountModel, account: number) {
    const free = this.rigs.reduce((sum, rig) => sum + this.freeOf(rig, account), 0);
    expect(available - free).toBeGreaterThanOrEqual(0);
    return { balance, allocation, purchased, debt, held: running + free };
  }

  private freeOf(rig: CreditRig, account: number): number {
    const lease = rig.leases.held.find(({ accountId }) => accountId === this.accountIds[account]);
    return lease?.unreserved ?? 0;
  }

  private async settleAll(): Promise<void> {
    for (const { leases } of this.rigs) await leases.settle(leases.held);
  }

  private taken(which: number): Running | undefined {
    const [call] = this.running.splice(which % (this.running.length || 1), 1);
    return call;
  }

  private async newRig(): Promise<CreditRig> {
    const door = await openPostgres(this.database.url); // of its own, as it hears what other replicas ask
    this.doors.push(door);
    const rig = creditRig(door.postgres, TIERS, 3_600, new TestClock());
    rig.upkeep.onApplicationBootstrap();
    await eventually(() => expect(rig.postgres.isListening).toBe(true));
    return rig;
  }

  private async passMonth(): Promise<void> {
    this.months += 1;
    await setLedgerTime(this.database, new Date(Date.UTC(2026, 11 + this.months, 14, 12)).toISOString());
  }
}
