import type { Books, UsageRow } from './books.js';
import type { Attempt, Journal, JournaledCall, JournaledFault } from './journal.js';
import type { FaultName } from './schedule.js';

/** A revoked key may still be believed for this long after its revocation was answered (docs/adr/0005-api-keys.md). */
const REVOCATION_BOUND_MS = 2_000;
/** Failures after which an idempotency key may be used again where nothing was charged, so that each attempt may leave a row. */
const FREE_FAILURES: ReadonlySet<string> = new Set(['CANCELLED', 'TIMEOUT', 'BACKEND_ERROR']);
/** What makes a gateway, or PostgreSQL for all of them, stand still, so that leases are not renewed. */
const STANDSTILLS: ReadonlySet<FaultName> = new Set([
  'gateway paused',
  'gateway paused and robbed of its locks',
  'gateway cut off from PostgreSQL',
  'gateway unheard by PostgreSQL',
  'PostgreSQL killed',
  'PostgreSQL stopped at once',
  'PostgreSQL failed over',
  'PostgreSQL promoted beside its primary',
  'PostgreSQL disk full',
]);
/** How long it takes until leases are renewed again after one; a call may go on as long when nobody listens any more. */
const RECOVERY_MS = 10_000;

export const INVARIANTS = [
  'an answered call is recorded exactly once',
  'an unanswered call is recorded at most once',
  'a refused call is not recorded',
  'a call is charged once at most, and what its end costs',
  'a lease lives as long as its calls',
  'a tool runs once at most for a call',
  'every record belongs to a call',
  'a revoked key starts no call',
  'no call passes without a key',
  'no answer is an internal error',
  'gateways that began together on empty databases work together',
  'accepted = delivered + pending, and nothing is pending',
  'ClickHouse is given again what it has lost',
  'the rollup agrees with the rows',
  'an answer says what was charged',
  'every charge is in the ledger once',
  'balance = grants - charges',
  'a gift of credits is booked once',
  'nothing is overspent or held for ever',
  'the gateway finds its own books in order',
] as const;

export interface Violation {
  invariant: (typeof INVARIANTS)[number];
  detail: string;
}

/** Compares what clients know with what the databases say, after everything has settled. */
export function audit(journal: Journal, books: Books): Violation[] {
  return [
    ...auditRecords(journal, books),
    ...auditCosts(journal, books),
    ...auditRuns(journal),
    ...auditRevocations(journal),
    ...auditKeyless(journal),
    ...auditAnswers(journal),
    ...auditNewcomers(journal),
    ...auditDelivery(books),
    ...auditHealing(books),
    ...auditRollup(books),
    ...auditCharges(books),
    ...auditBalances(journal, books),
    ...auditLeases(books),
  ];
}

function auditRecords({ calls }: Journal, { rows }: Books): Violation[] {
  const byCall = rowsByCall(rows);
  const violations = calls.flatMap((call) => auditRecord(call, byCall.get(call.id) ?? []));
  for (const { id } of calls) byCall.delete(id);
  const strangers = [...byCall.values()].flat();
  return [...violations, ...strangers.map((row) => violation('every record belongs to a call', `event ${row.id}`))];
}

function rowsByCall(rows: UsageRow[]): Map<number, UsageRow[]> {
  const byCall = new Map<number, UsageRow[]>();
  for (const row of rows) byCall.set(row.callId, [...(byCall.get(row.callId) ?? []), row]);
  return byCall;
}

function auditRecord(call: JournaledCall, rows: UsageRow[]): Violation[] {
  const detail = `call ${call.id} has ${rows.length} rows: ${JSON.stringify({ call, rows })}`;
  const answers = call.attempts.filter(({ ending }) => ending === 'answered');
  if (call.attempts.every(isRefusal)) return rows.length === 0 ? [] : [violation('a refused call is not recorded', detail)];
  // Under an idempotency key a failure that cost nothing leaves a row of its own, and the call may be tried again.
  const counted = call.isIdempotent ? rows.filter((row) => row.charged > 0 || !FREE_FAILURES.has(row.errorCode)) : rows;
  const isTooMany = counted.length > 1 || rows.length > call.attempts.length;
  if (answers.length === 0) return isTooMany ? [violation('an unanswered call is recorded at most once', detail)] : [];
  const isRecorded = rows.length > 0 && (answers.every(({ isError }) => isError) || counted.length === 1);
  if (isTooMany || !isRecorded) return [violation('an answered call is recorded exactly once', detail)];
  return answers.filter((answer) => !isRightlyCharged(call, answer, rows)).map(() => violation(SAYS_WHAT_WAS_CHARGED, detail));
}

const SAYS_WHAT_WAS_CHARGED = 'an answer says what was charged';
const isRefusal = ({ ending }: Attempt) => ending === 'denied' || ending === 'refused';

/** A success costs the price, unless its lease had been lost, which its record says. */
function isRightlyCharged({ price, accountId }: JournaledCall, { charged, isError }: Attempt, rows: UsageRow[]): boolean {
  const row = rows.find((candidate) => candidate.charged === charged);
  if (!row || isError) return row !== undefined;
  return charged === (accountId === null ? 0 : price) || row.errorCode === 'LEASE_EXPIRED';
}

/** Whoever heard what: each record costs what its end costs, and of the records of one call one at most costs anything. */
function auditCosts({ calls, faults }: Journal, { rows }: Books): Violation[] {
  const byCall = rowsByCall(rows);
  return calls.flatMap((call) => {
    const own = byCall.get(call.id) ?? [];
    const detail = JSON.stringify({ call, rows: own });
    const isWrong = own.some((row) => !isRightCost(call, row)) || own.filter(({ charged }) => charged > 0).length > 1;
    const isLost = own.some(({ errorCode }) => errorCode === 'LEASE_EXPIRED') && !faults.some((fault) => stoodStill(call, fault));
    return [
      ...(isWrong ? [violation('a call is charged once at most, and what its end costs', detail)] : []),
      ...(isLost ? [violation('a lease lives as long as its calls', detail)] : []),
    ];
  });
}

function isRightCost({ price, accountId, chargesCancelled }: JournaledCall, { charged, errorCode }: UsageRow): boolean {
  const whole = accountId === null ? 0 : price;
  if (errorCode === '' || errorCode === 'TOOL_ERROR') return charged === whole;
  if (errorCode === 'LEASE_EXPIRED') return charged < whole;
  return charged === 0 || (errorCode === 'CANCELLED' && chargesCancelled === true && charged === whole);
}

/** Whether the call's gateway, or PostgreSQL, stood still while the call may have run. */
function stoodStill({ attempts }: JournaledCall, { name, gateway, fromMs, toMs }: JournaledFault): boolean {
  const isConcerned = name.startsWith('PostgreSQL') || attempts.some((attempt) => attempt.gateway === gateway);
  const [first, last] = [attempts[0]!, attempts.at(-1)!];
  return STANDSTILLS.has(name) && isConcerned && fromMs < last.endedMs + RECOVERY_MS && toMs + RECOVERY_MS > first.startedMs;
}

/** The server that was asked bears witness. */
function auditRuns({ runs }: Journal): Violation[] {
  const twice = [...runs].filter(([, times]) => times > 1);
  return twice.map(([id, times]) => violation('a tool runs once at most for a call', `call ${id} ran ${times} times`));
}

function auditKeyless({ calls }: Journal): Violation[] {
  const passed = calls.filter(({ keyId, attempts }) => keyId === null && attempts.some(({ ending }) => hasPassed(ending)));
  return passed.map((call) => violation('no call passes without a key', JSON.stringify(call)));
}

function auditRevocations({ calls, revokedMs }: Journal): Violation[] {
  return calls.flatMap((call) => {
    const bound = (revokedMs.get(call.keyId ?? '') ?? Infinity) + REVOCATION_BOUND_MS;
    const late = call.attempts.filter(({ ending, startedMs }) => startedMs > bound && ending !== 'denied' && hasPassed(ending));
    return late.map(({ startedMs, gateway }) =>
      violation(
        'a revoked key starts no call',
        `call ${call.id} on gateway ${gateway} began ${startedMs - bound + REVOCATION_BOUND_MS} ms after it`,
      ),
    );
  });
}

const hasPassed = (ending: Attempt['ending']) => ending === 'answered' || ending === 'refused';

/**
 * What is away is told as 503 and when to come again, which clients understand; for everything else the caller is to blame. Only a gateway that stood still
 * meanwhile may say that a server was too slow.
 */
function auditAnswers({ calls, faults }: Journal): Violation[] {
  const wrong = calls.filter((call) => {
    const isSlowness = faults.some((fault) => stoodStill(call, fault));
    return call.attempts.some(({ status = 0, hasRetryAfter, problem = '' }) => {
      const mayBe =
        status < 500 || (status === 503 && hasRetryAfter) || (isSlowness && problem.includes('did not answer within'));
      return !mayBe;
    });
  });
  return wrong.map((call) => violation('no answer is an internal error', JSON.stringify(call)));
}

function auditNewcomers({ newcomers }: Journal): Violation[] {
  const wrong = newcomers.filter(({ problem }) => problem !== undefined);
  return wrong.map((pair) => violation('gateways that began together on empty databases work together', JSON.stringify(pair)));
}

const auditHealing = ({ lost }: Books): Violation[] =>
  lost === 0 ? [] : [violation('ClickHouse is given again what it has lost', `${lost} records are lost for good`)];

function auditDelivery({ rows, delivered, pending, rejected }: Books): Violation[] {
  const ids = new Set(rows.map(({ id }) => id)).size;
  if (pending === 0 && rejected === 0 && delivered === ids && ids === rows.length) return [];
  const detail = `${rows.length} rows of ${ids} events, ${delivered} counted as delivered, ${pending} pending, ${rejected} rejected`;
  return [violation('accepted = delivered + pending, and nothing is pending', detail)];
}

function auditRollup({ rollup }: Books): Violation[] {
  const wrong = rollup.filter(({ raw, rolledUp }) => raw !== rolledUp);
  return wrong.map((hour) => violation('the rollup agrees with the rows', JSON.stringify(hour)));
}

function auditCharges({ rows, ledger }: Books): Violation[] {
  const charges = ledger.filter(({ type }) => type === 'usage');
  const booked = new Map<string, number[]>();
  for (const { reference, amount } of charges) booked.set(reference, [...(booked.get(reference) ?? []), -amount]);
  const recorded = new Map(rows.map(({ id, charged }) => [id, charged]));
  const ids = new Set([...booked.keys(), ...rows.filter(({ charged }) => charged > 0).map(({ id }) => id)]);
  const wrong = [...ids].filter((id) => booked.get(id)?.length !== 1 || booked.get(id)![0] !== recorded.get(id));
  return wrong.map((id) =>
    violation('every charge is in the ledger once', `event ${id}: booked ${booked.get(id)}, recorded ${recorded.get(id)}`),
  );
}

function auditBalances({ grants }: Journal, { accounts, ledger }: Books): Violation[] {
  const gifts = ledger.filter(({ type }) => type === 'grant');
  const wrongGifts = grants.filter(({ reference, amount }) => {
    const booked = gifts.filter((gift) => gift.reference === reference);
    return booked.length !== 1 || booked[0]!.amount !== amount;
  });
  const unasked = gifts.filter((gift) => !grants.some(({ reference }) => reference === gift.reference));
  const wrongBalances = accounts.filter(({ id, balance }) => {
    const booked = ledger.filter(({ accountId, type }) => accountId === id && type !== 'grant');
    const given = grants.filter(({ accountId }) => accountId === id);
    return balance !== sum(booked) + sum(given);
  });
  return [
    ...[...wrongGifts, ...unasked].map((gift) => violation('a gift of credits is booked once', JSON.stringify(gift))),
    ...wrongBalances.map((account) => violation('balance = grants - charges', JSON.stringify(account))),
  ];
}

function auditLeases({ accounts, ledger, leased, unposted, integrity }: Books): Violation[] {
  const held = accounts.filter((account) => account.held !== 0 || account.balance < 0);
  const overdrawn = ledger.filter(({ balanceAfter }) => balanceAfter < 0);
  const wrong = [...held, ...overdrawn, ...(leased + unposted > 0 ? [{ leased, unposted }] : [])];
  return [
    ...wrong.map((what) => violation('nothing is overspent or held for ever', JSON.stringify(what))),
    ...(integrity.ok ? [] : [violation('the gateway finds its own books in order', JSON.stringify(integrity))]),
  ];
}

const violation = (invariant: Violation['invariant'], detail: string): Violation => ({ invariant, detail });

const sum = (rows: { amount: number }[]): number => rows.reduce((total, { amount }) => total + amount, 0);
