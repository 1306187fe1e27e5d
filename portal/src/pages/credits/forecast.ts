const DAY_MS = 86_400_000;

export interface Spending {
  /** Credits left now. */
  balance: number;
  /** Credits that calls cost within the last days. */
  spent: number;
  /** How many days that were; fewer for a new account. */
  days: number;
  now: number;
  /** When a new month's allocation comes. */
  refillAt: number;
}

export type Forecast =
  | { kind: 'unused' }
  /** They are used up before new ones come. */
  | { kind: 'until'; perDay: number; at: number }
  /** They last until then. */
  | { kind: 'refill'; perDay: number; left: number };

/** How long credits last at the pace of the last days. */
export function forecastOf({ balance, spent, days, now, refillAt }: Spending): Forecast {
  const perDay = spent / Math.max(1, days);
  if (perDay === 0) return { kind: 'unused' };
  const at = now + (Math.max(0, balance) / perDay) * DAY_MS;
  if (at < refillAt) return { kind: 'until', perDay, at };
  const left = Math.floor(balance - (perDay * (refillAt - now)) / DAY_MS);
  return { kind: 'refill', perDay, left: Math.max(0, left) };
}

/** Allocations are of months in UTC. */
export function nextRefill(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
