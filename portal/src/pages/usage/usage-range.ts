const DAY_MS = 86_400_000;

/** Lengths of time that end now. */
export const RANGES = [
  { id: '24h', title: '24 hours', days: 1 },
  { id: '7d', title: '7 days', days: 7 },
  { id: '30d', title: '30 days', days: 30 },
  { id: '90d', title: '90 days', days: 90 },
] as const;
export const CUSTOM = 'custom';
const USUAL = '7d';
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export interface ChosenRange {
  id: string;
  /** First and last day, of a range of one's own; empty otherwise. */
  first: string;
  last: string;
  isUtc: boolean;
}

/** From a page's address: `range`, `from`, `to` and `zone`. What is not understood there is as if it were not. */
export function rangeIn(get: (name: string) => string): ChosenRange {
  const [first, last] = [get('from'), get('to')].map((day) => (isDay(day) ? day : ''));
  const isKnown = RANGES.some(({ id }) => id === get('range')) || get('range') === CUSTOM;
  return { id: isKnown ? get('range') : USUAL, first: first!, last: last!, isUtc: get('zone') === 'utc' };
}

/** The instants a range means; both days of one's own are whole ones. Undefined while one's own is not chosen yet, or reversed. */
export function instantsOf({ id, first, last, isUtc }: ChosenRange, now: number): { from: string; to: string } | undefined {
  if (id !== CUSTOM) {
    const days = RANGES.find((range) => range.id === id)!.days;
    return { from: new Date(now - days * DAY_MS).toISOString(), to: new Date(now).toISOString() };
  }
  if (first === '' || last === '' || first > last) return undefined;
  return { from: startOf(first, 0, isUtc).toISOString(), to: startOf(last, 1, isUtc).toISOString() };
}

/** The time before, as long, to be compared with; of days of one's own as many days. */
export function previousOf(range: ChosenRange, now: number): { from: string; to: string } | undefined {
  const instants = instantsOf(range, now);
  if (!instants || range.id !== CUSTOM) return instants && instantsOf(range, Date.parse(instants.from));
  const days = Math.round((Date.parse(range.last) - Date.parse(range.first)) / DAY_MS) + 1;
  return { from: startOf(range.first, -days, range.isUtc).toISOString(), to: instants.from };
}

/** Days are counted by the calendar: where clocks are set, one has not 24 hours. */
function startOf(day: string, later: number, isUtc: boolean): Date {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return isUtc ? new Date(Date.UTC(year, month - 1, date + later)) : new Date(year, month - 1, date + later);
}

const isDay = (text: string): boolean => DAY.test(text) && !Number.isNaN(Date.parse(text));
