import { beforeEach, describe, expect, it } from '@jest/globals';
import { audit, INVARIANTS } from './auditor.js';
import type { Books, UsageRow } from './books.js';
import type { Attempt, Journal, JournaledCall, JournaledFault } from './journal.js';

const ACCOUNT = 7;
const PRICE = 2;

/** A run in which all went well: a priced and a free call, one refused, one unheard, one tried twice under one key. */
let journal: Journal;
let books: Books;
beforeEach(() => {
  journal = {
    calls: [
      call(1, [answered(PRICE)]),
      call(2, [answered(0)], { accountId: null }),
      call(3, [attempt('refused')]),
      call(4, [attempt('unheard')]),
      call(5, [attempt('unheard'), answered(PRICE)], { isIdempotent: true }),
      call(6, [attempt('denied', { startedMs: 9_000 })], { keyId: 'revoked' }),
      call(8, [attempt('abandoned')]),
      call(9, [attempt('abandoned'), attempt('unknown')], { isIdempotent: true, chargesCancelled: true }),
      call(10, [attempt('failed', { status: 415 })], { keyId: null, accountId: null, hostility: 'no key' }),
    ],
    revokedMs: new Map([['revoked', 5_000]]),
    grants: [{ accountId: ACCOUNT, reference: 'gift', amount: 10 }],
    newcomers: [{ name: 'pair' }],
    faults: [],
    runs: new Map([[9, 1]]),
  };
  books = {
    rows: [row(1, PRICE), row(2, 0), row(5, PRICE), row(8, PRICE), { ...row(9, PRICE), errorCode: 'CANCELLED' }],
    rollup: [{ hour: '2026-01-01 00:00:00', raw: '3 calls', rolledUp: '3 calls' }],
    delivered: 5,
    pending: 0,
    rejected: 0,
    ledger: [
      { accountId: ACCOUNT, type: 'grant', amount: 10, reference: 'gift', balanceAfter: 10 },
      { accountId: ACCOUNT, type: 'usage', amount: -PRICE, reference: 'event-1', balanceAfter: 8 },
      { accountId: ACCOUNT, type: 'usage', amount: -PRICE, reference: 'event-5', balanceAfter: 6 },
      { accountId: ACCOUNT, type: 'usage', amount: -PRICE, reference: 'event-8', balanceAfter: 4 },
      { accountId: ACCOUNT, type: 'usage', amount: -PRICE, reference: 'event-9', balanceAfter: 2 },
    ],
    accounts: [{ id: ACCOUNT, balance: 2, held: 0 }],
    unposted: 0,
    leased: 0,
    healed: 0,
    lost: 0,
    brokenParts: [],
    integrity: { ok: true },
  };
});

const found = () => [...new Set(audit(journal, books).map(({ invariant }) => invariant))];

it('finds nothing where nothing is wrong', () => {
  expect(audit(journal, books)).toEqual([]);
});

const STANDSTILL: JournaledFault = { name: 'gateway paused', gateway: 0, fromMs: 1_002, toMs: 1_009 };

it('takes a loss for what it is where a lease was lost while its gateway stood still: the record says that nothing was charged', () => {
  loseLease();
  journal.faults.push(STANDSTILL);
  expect(found()).toEqual([]);
});

it('lets a call cost nothing that was cancelled, also where the template charges for what was begun', () => {
  books.rows[4]!.charged = 0;
  removeCharge('event-9');
  expect(found()).toEqual([]);
});

it('lets a call be recorded again under its idempotency key after a failure that cost nothing', () => {
  books.rows.push({ ...row(5, 0), id: 'event-5-failed', errorCode: 'CANCELLED' });
  books.delivered += 1;
  expect(found()).toEqual([]);
});

/** Invariant → what to do to the run so that it is broken. */
const BREACHES: Record<(typeof INVARIANTS)[number], Record<string, () => void>> = {
  'an answered call is recorded exactly once': {
    'no row': () => removeRow(2),
    'two rows': () => addRow({ ...row(2, 0), id: 'another' }),
    'two rows under one idempotency key': () => addRow({ ...row(5, 0), id: 'another' }),
    'only failures under an idempotency key that was answered': () => (books.rows[2] = { ...row(5, 0), errorCode: 'TIMEOUT' }),
  },
  'an unanswered call is recorded at most once': {
    'two rows': () => [row(4, 0), { ...row(4, 0), id: 'another' }].forEach((added) => addRow(added)),
    'two rows of a call that was hung up on': () => addRow({ ...row(8, PRICE), id: 'another' }),
    'two rows under a key whose first try has an unknown end': () => addRow({ ...row(9, PRICE), id: 'another' }),
  },
  'a refused call is not recorded': {
    'a row of a call without credits': () => addRow(row(3, 0)),
    'a row of a call with a refused key': () => addRow(row(6, 0)),
  },
  'a call is charged once at most, and what its end costs': {
    'two charges of a call that was hung up on': () => addRow({ ...row(8, PRICE), id: 'another' }),
    'two charges under one idempotency key': () => addRow({ ...row(9, PRICE), id: 'another', errorCode: 'CANCELLED' }),
    'another price': () => (books.rows[3]!.charged = PRICE + 1),
    'a call that was finished after its caller had left, for nothing': () => (books.rows[3]!.charged = 0),
    'a cancelled call whose template does not charge for it': () => (books.rows[3]!.errorCode = 'CANCELLED'),
    'a call that timed out': () => (books.rows[4]!.errorCode = 'TIMEOUT'),
  },
  'a lease lives as long as its calls': {
    'a lease that was lost though nothing stood still': loseLease,
    'one that expired while another gateway stood still': () => {
      loseLease();
      journal.faults.push({ ...STANDSTILL, gateway: 1 });
    },
    'one that expired long after its gateway had stood still': () => {
      loseLease();
      journal.faults.push({ ...STANDSTILL, fromMs: -20_000, toMs: -10_000 });
    },
    'one that expired while only ClickHouse was away': () => {
      loseLease();
      journal.faults.push({ ...STANDSTILL, name: 'ClickHouse killed' });
    },
  },
  'a tool runs once at most for a call': { 'two runs': () => (journal.runs = new Map([[9, 2]])) },
  'no call passes without a key': { 'an answer': () => (journal.calls.at(-1)!.attempts = [answered(0)]) },
  'every record belongs to a call': { 'a row of nobody': () => addRow(row(99, 0)) },
  'a revoked key starts no call': {
    'an answer to a call that began too late': () => {
      journal.calls.push(call(7, [{ ...answered(0), startedMs: 7_001 }], { keyId: 'revoked', accountId: null }));
      addRow(row(7, 0));
    },
    'a refusal for lack of credits, which comes after the key was accepted': () =>
      journal.calls.push(call(7, [attempt('refused', { startedMs: 7_001 })], { keyId: 'revoked' })),
  },
  'no answer is an internal error': {
    'a 500': () => (journal.calls[3]!.attempts[0] = attempt('failed', { status: 500 })),
    'a 503 that does not say when to come again': () =>
      (journal.calls[3]!.attempts[0] = attempt('failed', { status: 503, hasRetryAfter: false })),
    'a 502, since the caller was wrong': () => (journal.calls[8]!.attempts[0] = attempt('failed', { status: 502 })),
  },
  'gateways that began together on empty databases work together': {
    'a pair that never got ready': () => (journal.newcomers[0]!.problem = 'A gateway is down'),
  },
  'accepted = delivered + pending, and nothing is pending': {
    'a pending event': () => (books.pending = 1),
    'an event set aside': () => (books.rejected = 1),
    'a delivery counted twice': () => (books.delivered = 6),
    'one event as two rows': () => addRow(row(5, PRICE)),
  },
  'ClickHouse is given again what it has lost': { 'records lost for good': () => (books.lost = 1) },
  'the rollup agrees with the rows': { 'another count': () => (books.rollup[0]!.rolledUp = '4 calls') },
  'an answer says what was charged': {
    'a free answer to a charged call': () => (journal.calls[0]!.attempts[0]!.charged = 0),
    'a success that cost nothing': () => {
      journal.calls[0]!.attempts[0]!.charged = 0;
      books.rows[0]!.charged = 0;
    },
  },
  'every charge is in the ledger once': {
    'a charge that is not booked': () => books.ledger.pop(),
    'a charge booked twice': () => books.ledger.push({ ...books.ledger[2]! }),
    'a charge nobody recorded': () => books.ledger.push({ ...books.ledger[2]!, reference: 'event-99' }),
    'another amount': () => (books.ledger[2]!.amount = -1),
  },
  'balance = grants - charges': { 'a credit that came from nowhere': () => (books.accounts[0]!.balance += 1) },
  'a gift of credits is booked once': {
    'a gift that is not booked': () => books.ledger.shift(),
    'a gift booked twice': () => books.ledger.push({ ...books.ledger[0]! }),
    'a gift nobody gave': () => books.ledger.push({ ...books.ledger[0]!, reference: 'stranger' }),
  },
  'nothing is overspent or held for ever': {
    'a balance below zero on the way': () => (books.ledger[1]!.balanceAfter = -1),
    'credits held': () => (books.accounts[0]!.held = PRICE),
    'credits leased': () => (books.leased = 1),
    'a charge that is not posted': () => (books.unposted = 1),
  },
  'the gateway finds its own books in order': { 'a difference': () => (books.integrity.ok = false) },
};

describe.each(INVARIANTS)('%s', (invariant) => {
  it.each(Object.entries(BREACHES[invariant]))('is broken by %s', (_, breach) => {
    breach();
    expect(found()).toContain(invariant);
  });
});

function addRow(added: UsageRow): void {
  books.rows.push(added);
}

function removeRow(callId: number): void {
  books.rows = books.rows.filter((candidate) => candidate.callId !== callId);
}

/** The first call's, so that the answer and the record say that nothing was charged. */
function loseLease(): void {
  journal.calls[0]!.attempts[0]!.charged = 0;
  books.rows[0] = { ...row(1, 0), errorCode: 'LEASE_EXPIRED' };
  removeCharge('event-1');
}

function removeCharge(reference: string): void {
  books.ledger = books.ledger.filter((entry) => entry.reference !== reference);
  books.accounts[0]!.balance += PRICE;
}

function row(callId: number, charged: number): UsageRow {
  return { id: `event-${callId}`, callId, charged, errorCode: '' };
}

function attempt(ending: Attempt['ending'], more: Partial<Attempt> = {}): Attempt {
  return { gateway: 0, startedMs: 1_000, endedMs: 1_010, ending, ...more };
}

const answered = (charged: number) => attempt('answered', { charged, isError: false });

function call(id: number, attempts: Attempt[], more: Partial<JournaledCall> = {}): JournaledCall {
  return { id, keyId: 'key', accountId: ACCOUNT, tool: 'add', price: PRICE, isIdempotent: false, attempts, ...more };
}
