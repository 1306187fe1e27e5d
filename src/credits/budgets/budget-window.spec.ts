import { beforeEach, describe, expect, it } from '@jest/globals';
import { spanOf } from '../../limits/credit-budget.js';
import { BudgetHold, BudgetWindow, type BudgetRefusal } from './budget-window.js';

const BUDGET = 100;
const batch = (number: number, replicaId = 1) => ({ replicaId, number });

describe('what is known of a budget', () => {
  let window: BudgetWindow;
  let now: number;
  beforeEach(() => {
    window = new BudgetWindow('budget', 'day', spanOf('day', Date.UTC(2026, 0, 1)));
    now = 1;
  });

  const read = (spent: number, seen = 0) => window.know({ spent, seen: batch(seen) }, now);
  const ask = (amount: number, isJustRead = false) => window.hold(BUDGET, amount, now, isJustRead);
  const held = (amount: number, isJustRead = false): BudgetHold => {
    const answer = ask(amount, isJustRead);
    expect(answer).toBeInstanceOf(BudgetHold);
    return answer as BudgetHold;
  };
  const leftOf = (answer: ReturnType<typeof ask>) => (answer as BudgetRefusal).left;

  it('is nothing before it is read', () => {
    expect(ask(1)).toBeUndefined();
    read(0);
    held(1);
  });

  it('is believed for a second', () => {
    read(0);
    now += 999;
    held(1);
    now += 1;
    expect(ask(1)).toBeUndefined();
  });

  it('refuses what is more than the rest, and says what is left and until when', () => {
    read(95);
    expect(ask(6)).toEqual({ left: 5, resetsAt: Date.UTC(2026, 0, 2) });
    now += 1_000;
    expect(ask(6)).toBeUndefined();
  });

  it('counts what running calls may charge, and no more of it once they charge less', () => {
    read(60);
    const first = held(30, true);
    expect(leftOf(ask(20))).toBe(10);
    first.reduceTo(5);
    held(35, true);
    expect(leftOf(ask(1))).toBe(0);
  });

  it('gives back what a call holds that is not run', () => {
    read(90);
    const hold = held(10, true);
    expect(leftOf(ask(1))).toBe(0);
    hold.release();
    hold.release();
    held(10, true);
  });

  it('is taken only in parts without another reading, so that near the end each call has one of its own', () => {
    read(4); // a sixteenth of 96 is 6
    held(6);
    expect(ask(1)).toBeUndefined();
    held(1, true);
    read(90);
    expect(ask(1)).toBeUndefined();
    expect(leftOf(ask(10))).toBe(3);
  });

  it('counts a charge until a reading has its statement, and then in what was read alone', () => {
    read(0, 4);
    const [early, late] = [held(10, true), held(20, true)];
    early.sendWith(batch(5));
    late.sendWith(batch(6));
    read(10, 5);
    expect(leftOf(ask(71, true))).toBe(70);
    read(10, 5);
    expect(leftOf(ask(71, true))).toBe(70);
    read(30, 6);
    expect(leftOf(ask(71, true))).toBe(70);
  });

  it('believes a charge whose end nobody knows until a later statement has come, or one under a new name of the replica', () => {
    read(0);
    const [lost, moved] = [held(10, true), held(20, true)];
    lost.sendWith(batch(1));
    moved.sendWith(batch(9));
    lost.release();
    read(0, 0);
    expect(leftOf(ask(100, true))).toBe(70);
    read(0, 2);
    expect(leftOf(ask(100, true))).toBe(80);
    window.know({ spent: 20, seen: batch(0, 2) }, now);
    expect(leftOf(ask(100, true))).toBe(80);
  });

  it('counts a charge that goes with another statement, since the first has failed', () => {
    read(0);
    const hold = held(10, true);
    hold.sendWith(batch(1));
    read(0, 2);
    hold.sendWith(batch(3));
    expect(leftOf(ask(100, true))).toBe(90);
  });
});
