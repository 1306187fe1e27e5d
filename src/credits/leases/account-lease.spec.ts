import { beforeEach, describe, expect, it } from '@jest/globals';
import { AccountLease, Reservation, type LeaseGrant, type Refusal, type Waiting } from './account-lease.js';

const REPLICA = 1;

describe('A lease of an account', () => {
  let lease: AccountLease;
  /** What became of those who waited. */
  let told: (number | Refusal)[];
  beforeEach(() => {
    lease = new AccountLease(7, 0);
    told = [];
  });

  const waiting = (amount: number): Waiting => ({
    amount,
    startedAt: 0,
    resolve: (answer) => told.push(answer instanceof Reservation ? answer.amount : answer),
    reject: () => undefined,
  });
  const grant = (values: Partial<LeaseGrant>): LeaseGrant => ({
    isActive: true,
    available: 0,
    granted: [],
    ahead: 0,
    mayCome: false,
    ...values,
  });
  /** Leases so much ahead of need. */
  const ahead = (amount: number, available = 0) => {
    const { items } = lease.ask(REPLICA);
    lease.grant(items, grant({ ahead: amount, available }));
  };
  const taken = (amount: number) => lease.take(amount, REPLICA, 0)!;

  it('gives calls what is free, and nothing more', () => {
    ahead(10);
    expect([taken(6).amount, lease.take(5, REPLICA, 0), taken(4).amount, lease.take(1, REPLICA, 0)]).toEqual([
      6,
      undefined,
      4,
      undefined,
    ]);
    expect([lease.needed, lease.unreserved]).toEqual([10, 0]);
  });

  it('gives nothing to who comes behind one that waits', () => {
    ahead(10);
    lease.wait(waiting(20));
    expect(lease.take(1, REPLICA, 0)).toBeUndefined();
  });

  it('gives nothing to another replica, or to one that has been closed', () => {
    ahead(10);
    for (const replicaId of [2, undefined]) expect(lease.take(1, replicaId, 0)).toBeUndefined();
  });

  it('gives back what a call has not charged', () => {
    ahead(10);
    lease.end(taken(6), 2);
    expect([lease.needed, lease.unreserved]).toEqual([0, 8]);
  });

  it('asks for everything that waits at once, and brings what is free into the pot', () => {
    ahead(10);
    for (const amount of [20, 30]) lease.wait(waiting(amount));
    const { items, spare, usual } = lease.ask(REPLICA);
    expect([items.map(({ amount }) => amount), spare, usual]).toEqual([[20, 30], 10, 30]);
    expect([lease.unreserved, lease.isWanted]).toEqual([0, false]);
  });

  it('keeps what is free while it asks for more ahead of need, since calls go on', () => {
    ahead(10);
    expect(lease.ask(REPLICA)).toMatchObject({ items: [], spare: 0 });
    expect(taken(10).amount).toBe(10);
  });

  it('asks for more once less than half is left of what was leased ahead', () => {
    ahead(10);
    taken(5);
    expect(lease.runsLow).toBe(false);
    taken(1);
    expect(lease.runsLow).toBe(true);
  });

  it('grants what was granted, and names the others', () => {
    for (const amount of [1, 2, 3]) lease.wait(waiting(amount));
    const { items } = lease.ask(REPLICA);
    const refused = lease.grant(items, grant({ granted: [true, false, true], ahead: 5, available: 40 }));
    expect([told, refused.map(({ amount }) => amount), lease.needed, lease.unreserved]).toEqual([[1, 3], [2], 4, 5]);
    expect(lease.remaining(undefined)).toBe(45);
  });

  it('takes back what was not answered, before those that came meanwhile', () => {
    ahead(10);
    lease.wait(waiting(20));
    const { items, spare } = lease.ask(REPLICA);
    lease.wait(waiting(1));
    lease.takeBack(items, spare);
    expect(lease.unreserved).toBe(10);
    expect(lease.ask(REPLICA).items.map(({ amount }) => amount)).toEqual([20, 1]);
  });

  it('knows what is left as long as nobody else has changed it', () => {
    ahead(10, 90);
    lease.end(taken(6), 6);
    expect([lease.isKnown, lease.remaining(7)]).toEqual([true, 94]);
    lease.forgetAvailable();
    expect([lease.isKnown, lease.remaining(7), lease.remaining(undefined)]).toEqual([false, 11, 94]);
  });

  it('has nothing free once it is settled, and needs what runs', () => {
    ahead(10);
    taken(4);
    lease.giveUpFree(REPLICA);
    expect([lease.needed, lease.unreserved, lease.take(1, REPLICA, 0)]).toEqual([4, 0, undefined]);
    lease.settled(50);
    expect([lease.remaining(undefined), lease.runsLow, lease.isUnsettled]).toEqual([50, false, false]);
  });

  it('has to be settled after a failure, also one that came while it was being settled', () => {
    ahead(10);
    const running = taken(4);
    lease.doubt();
    expect([lease.isUnsettled, lease.isEmpty]).toEqual([true, false]);
    lease.giveUpFree(REPLICA);
    lease.endInDoubt(running, 4);
    lease.settled(50);
    expect([lease.isUnsettled, lease.needed]).toEqual([true, 0]);
  });

  it('does not doubt a call that was to charge nothing', () => {
    ahead(10);
    lease.endInDoubt(taken(4), 0);
    expect([lease.isUnsettled, lease.unreserved]).toEqual([false, 10]);
  });

  it('is forgotten only when nothing would be lost', () => {
    expect(lease.isEmpty).toBe(true);
    const isKept = (change: () => void, undo: () => void) => {
      change();
      const { isEmpty } = lease;
      undo();
      return !isEmpty && lease.isEmpty;
    };
    lease.giveUpFree(REPLICA);
    const one = waiting(1);
    let waitAgain = () => {};
    expect([
      isKept(
        () => (lease.isBusy = true),
        () => (lease.isBusy = false),
      ),
      isKept(
        () => lease.wait(one),
        () => lease.giveUpQueue(),
      ),
      isKept(
        () => (waitAgain = lease.postpone(one)),
        () => (waitAgain(), lease.giveUpQueue()),
      ),
      isKept(
        () => lease.doubt(),
        () => (lease.giveUpFree(REPLICA), lease.settled(0)),
      ),
      isKept(
        () => ahead(5),
        () => lease.giveUpFree(REPLICA),
      ),
    ]).toEqual(Array(5).fill(true));
  });

  it('starts from nothing under another id, and what calls of before bring is not its own', () => {
    ahead(10);
    const before = taken(4);
    lease.doubt();
    lease.wait(waiting(3));
    const { items, spare } = lease.ask(2);
    expect([spare, lease.needed, lease.isUnsettled]).toEqual([0, 0, false]);
    lease.grant(items, grant({ granted: [true] }));
    lease.end(before, 0);
    expect([lease.needed, lease.unreserved]).toEqual([3, 0]);
  });
});
