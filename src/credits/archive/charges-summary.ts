import { createHash } from 'node:crypto';

/** A row of `mcp.credit_charges`. Times are microseconds since 1970, so that nothing of them is lost. */
export interface Charge {
  id: bigint;
  accountId: bigint;
  eventId: string;
  amount: bigint;
  allocation: bigint;
  balanceAfter: bigint;
  calledAt: bigint;
  createdAt: bigint;
}

/** Charges of an account, each of which begins where the one before ended, with no booking between them. */
export interface Run {
  accountId: bigint;
  firstId: bigint;
  lastId: bigint;
  charges: bigint;
  amount: bigint;
  allocation: bigint;
  balanceAfter: bigint;
}

/** Charges by the UTC day (`YYYY-MM-DD`) of the call. */
export interface DayOfCharges {
  day: string;
  charges: bigint;
  amount: bigint;
}

/** What tells whether two sets of rows are the same. */
export interface Digest {
  charges: bigint;
  amount: bigint;
  /** Sum of a hash of each row, which knows no order. */
  checksum: bigint;
}

/** Ids of an account's bookings, in order. */
export type Bookings = ReadonlyMap<bigint, readonly bigint[]>;

const DAY_US = 86_400_000_000n;

/**
 * What charges come to that are told one by one, in order of their ids. Its memory grows with accounts and their bookings, not with charges.
 */
export class ChargesSummary {
  readonly runs: Run[] = [];
  private charges = 0n;
  private amount = 0n;
  private checksum = 0n;
  private readonly lastRuns = new Map<bigint, Run>();
  private readonly byDay = new Map<bigint, DayOfCharges>();
  /** Of an account: how many of its bookings are behind the charge told last. */
  private readonly passed = new Map<bigint, number>();

  constructor(private readonly bookings: Bookings) {}

  get digest(): Digest {
    return { charges: this.charges, amount: this.amount, checksum: this.checksum };
  }

  get days(): DayOfCharges[] {
    return [...this.byDay.values()].sort((one, other) => one.day.localeCompare(other.day));
  }

  add(charge: Charge): void {
    this.charges += 1n;
    this.amount += charge.amount;
    this.checksum += hashOf(charge);
    this.addToDay(charge);
    this.addToRun(charge);
  }

  private addToDay({ calledAt, amount }: Charge): void {
    const number = calledAt / DAY_US;
    const day = this.byDay.get(number) ?? { day: dayOf(number), charges: 0n, amount: 0n };
    day.charges += 1n;
    day.amount += amount;
    this.byDay.set(number, day);
  }

  private addToRun(charge: Charge): void {
    const { accountId, id, amount, allocation, balanceAfter } = charge;
    const last = this.lastRuns.get(accountId);
    const isBooked = this.passesBooking(charge);
    if (!last || isBooked || balanceAfter + amount !== last.balanceAfter) return this.begin(charge);
    last.lastId = id;
    last.charges += 1n;
    last.amount += amount;
    last.allocation += allocation;
    last.balanceAfter = balanceAfter;
  }

  private begin({ accountId, id, amount, allocation, balanceAfter }: Charge): void {
    const run = { accountId, firstId: id, lastId: id, charges: 1n, amount, allocation, balanceAfter };
    this.lastRuns.set(accountId, run);
    this.runs.push(run);
  }

  /** Whether there is a booking between the account's charge before and this one. */
  private passesBooking({ accountId, id }: Charge): boolean {
    const bookings = this.bookings.get(accountId);
    if (!bookings) return false;
    const before = this.passed.get(accountId) ?? 0;
    let now = before;
    while (now < bookings.length && bookings[now]! < id) now += 1;
    this.passed.set(accountId, now);
    return now > before;
  }
}

/** As `LedgerArchiveRepository.digest` has PostgreSQL do it. */
function hashOf({ id, accountId, eventId, amount, allocation, balanceAfter, calledAt, createdAt }: Charge): bigint {
  const text = [id, accountId, eventId, amount, allocation, balanceAfter, calledAt, createdAt].join();
  return createHash('sha256').update(text).digest().readBigInt64BE();
}

const dayOf = (number: bigint): string => new Date(Number(number) * 86_400_000).toISOString().slice(0, 10);
