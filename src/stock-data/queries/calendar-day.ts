const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?)?$/;
const SLASHED = /^(\d{4})\/(\d{2})\/(\d{2})$/;
const PACKED = /^(\d{4})(\d{2})(\d{2})$/;
const WRITTEN = /^([A-Za-z]{3}) (\d{1,2}),? (\d{4})$/;

/** The range of ClickHouse's Date32. */
export const FIRST_DAY = '1900-01-01';
export const LAST_DAY = '2299-12-31';

/**
 * Reads a calendar day and returns it as YYYY-MM-DD. Accepts 2001-02-03 (also with midnight after it), 2001/02/03,
 * 20010203 and Feb 3 2001, but no form in which day and month could be confused. Returns undefined for any other
 * text, or a day that does not exist.
 */
export function parseDay(text: string): string | undefined {
  const parts = numeric(text) ?? written(text);
  return parts && isDay(parts) ? `${parts[0]}-${parts[1]}-${parts[2]}` : undefined;
}

/** Whether a YYYY-MM-DD is a day that exists and can be stored. */
export function isCalendarDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match !== null && isDay([match[1]!, match[2]!, match[3]!]);
}

type Parts = [year: string, month: string, day: string];

function numeric(text: string): Parts | undefined {
  const match = ISO.exec(text) ?? SLASHED.exec(text) ?? PACKED.exec(text);
  return match ? [match[1]!, match[2]!, match[3]!] : undefined;
}

function written(text: string): Parts | undefined {
  const match = WRITTEN.exec(text);
  const month = match ? MONTHS.indexOf(match[1]!.toLowerCase()) + 1 : 0;
  return month ? [match![3]!, String(month).padStart(2, '0'), match![2]!.padStart(2, '0')] : undefined;
}

function isDay([year, month, day]: Parts): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const text = `${year}-${month}-${day}`;
  return date.toISOString().startsWith(text) && text >= FIRST_DAY && text <= LAST_DAY;
}
