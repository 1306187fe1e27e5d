/** A month of charges, as the command line and PostgreSQL's tables name it: `YYYY-MM`, UTC. */
export type Month = string;

/** A month that is in a file. */
export interface ArchivedMonth {
  month: Month;
  file: string;
  /** Of the file, in hexadecimal. */
  sha256: string;
  charges: bigint;
  amount: bigint;
  firstId: bigint;
  lastId: bigint;
}

/** Months that stay besides the current one, whatever is asked for: what is posted now, and at a month's end, belongs there. */
const STAY = 1;
/** Months that stay unless something else is asked for: ClickHouse keeps the calls as long. */
const KEPT = 13;

/** What is before this month goes, counted from the current one. @throws Error when the month asked for is too late */
export function archivedBefore(asked: Month | undefined, current: Month): Month {
  const latest = monthsBefore(current, STAY);
  const before = asked ?? monthsBefore(current, KEPT);
  if (before <= latest) return before;
  throw new Error(`Months before ${latest} can be archived, not ${latest} and later: the current month and the last one stay.`);
}

/** The partition of `mcp.credit_charges` that holds a month. */
export const tableOf = (month: Month): string => `credit_charges_${month.replace('-', '')}`;

export const monthOf = (table: string): Month => `${table.slice(-6, -2)}-${table.slice(-2)}`;

export const fileOf = (month: Month): string => `${tableOf(month)}.parquet`;

export const firstDayOf = (month: Month): string => `${month}-01`;

function monthsBefore(month: Month, count: number): Month {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 - count)).toISOString().slice(0, 7);
}
