/** Credits by UTC day (`YYYY-MM-DD`), as each store has them. Days without credits may be missing. */
export interface DaySides {
  captured: readonly { day: string; credits: number }[];
  raw: readonly { date: string; credits: number }[];
  rollup: readonly { date: string; credits: number }[];
  undelivered: readonly { date: string; pending: number; rejected: number }[];
}

export interface ComparedDay {
  date: string;
  captured: number;
  usage_log: number;
  rollup: number;
  pending: number;
  rejected: number;
  /** captured − usage_log − pending − rejected */
  difference: number;
  /** usage_log − rollup */
  rollup_difference: number;
}

/** Compares the stores day by day, oldest first; days on which none has credits are left out. */
export function compareDays({ captured, raw, rollup, undelivered }: DaySides): ComparedDay[] {
  const sides = {
    captured: new Map(captured.map(({ day, credits }) => [day, credits])),
    raw: byDate(raw, (row) => row.credits),
    rollup: byDate(rollup, (row) => row.credits),
    pending: byDate(undelivered, (row) => row.pending),
    rejected: byDate(undelivered, (row) => row.rejected),
  };
  const dates = new Set(Object.values(sides).flatMap((side) => [...side.keys()]));
  const of = (side: keyof typeof sides, date: string) => sides[side].get(date) ?? 0;
  const days = [...dates].sort().map((date) => ({
    date,
    captured: of('captured', date),
    usage_log: of('raw', date),
    rollup: of('rollup', date),
    pending: of('pending', date),
    rejected: of('rejected', date),
    difference: of('captured', date) - of('raw', date) - of('pending', date) - of('rejected', date),
    rollup_difference: of('raw', date) - of('rollup', date),
  }));
  return days.filter((day) => day.captured || day.usage_log || day.rollup || day.pending || day.rejected);
}

const byDate = <Row extends { date: string }>(rows: readonly Row[], value: (row: Row) => number): Map<string, number> =>
  new Map(rows.map((row) => [row.date, value(row)]));
