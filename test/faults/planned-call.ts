import { ADD_PRICE } from './cluster.js';
import { TEMPLATES, WORK_PRICE } from './slow-server.js';

/** One call in so many carries an idempotency key and is tried again until its end is known. */
const IDEMPOTENT_SHARE = 0.25;
const PRICED_SHARE = 0.5;
/** One call in so many is hung up on. */
const HANG_UP_SHARE = 0.1;
const SLOW_HANG_UP_SHARE = 0.4;
const HANG_UP_MS = [100, 1_500] as const;
/** Of those that are waited for: longer than a lease. */
const LONG_MS = [6_000, 9_000] as const;
/** Of those that are hung up on: some end before, some within the second that they are given, some later. */
const SHORT_MS = [100, 3_500] as const;
/** Longer than the tool's timeout and a settlement that waits for PostgreSQL. */
const LONG_PATIENCE_MS = 25_000;

/** What a client is about to do. */
export interface PlannedCall {
  tool: string;
  args: object;
  price: number;
  isIdempotent: boolean;
  chargesCancelled?: boolean;
  patienceMs?: number;
  hangUpMs?: number;
}

/** A call of a free or a priced tool that answers at once. The hang-ups are mostly early ones, so that they come before the answer. */
export function quickCall(id: number, random: () => number): PlannedCall {
  const isPriced = random() < PRICED_SHARE;
  const isIdempotent = random() < IDEMPOTENT_SHARE;
  const what = isPriced ? { tool: 'add', args: { a: id, b: 1 } } : { tool: 'greet', args: { name: String(id) } };
  const hangUpMs = random() < HANG_UP_SHARE ? Math.round(HANG_UP_MS[1] * random() ** 4) : undefined;
  return { ...what, price: isPriced ? ADD_PRICE : 0, isIdempotent, ...(hangUpMs !== undefined && { hangUpMs }) };
}

/** A call of the slow server's tool: one that outlasts its lease, or one that is hung up on. */
export function slowCall(id: number, random: () => number): PlannedCall {
  const template = random() < 0.5 ? 'slow' : 'begun';
  const isHungUp = random() < SLOW_HANG_UP_SHARE;
  const ms = between(isHungUp ? SHORT_MS : LONG_MS, random);
  return {
    tool: `${template}__work`,
    args: { call: id, ms },
    price: WORK_PRICE,
    chargesCancelled: TEMPLATES[template].charge_cancelled,
    isIdempotent: random() < IDEMPOTENT_SHARE,
    patienceMs: LONG_PATIENCE_MS,
    ...(isHungUp && { hangUpMs: between(HANG_UP_MS, random) }),
  };
}

const between = ([from, to]: readonly [number, number], random: () => number) => Math.round(from + (to - from) * random());
