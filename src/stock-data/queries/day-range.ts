import { ToolInputError } from '../../tools/source/tool-source.js';
import { FIRST_DAY, isCalendarDay, LAST_DAY } from './calendar-day.js';

/** Both days inclusive, YYYY-MM-DD. */
export interface DayRange {
  from: string;
  to: string;
}

/** @throws ToolInputError when the text is no day of the calendar. */
export function checkedDay(name: string, text: string): string {
  if (isCalendarDay(text)) return text;
  throw new ToolInputError(
    `"${name}" is not a day: "${text}". Give a day of the calendar from ${FIRST_DAY} to ${LAST_DAY} as YYYY-MM-DD.`,
  );
}

/**
 * The days a call asks for; an end left open reaches as far as there is data.
 * @throws ToolInputError when a day does not exist or the range runs backwards.
 */
export function dayRange({ start_date, end_date }: { start_date?: string; end_date?: string }): DayRange {
  const from = checkedDay('start_date', start_date ?? FIRST_DAY);
  const to = checkedDay('end_date', end_date ?? LAST_DAY);
  if (from <= to) return { from, to };
  throw new ToolInputError(`"start_date" (${from}) is after "end_date" (${to}). Swap them.`);
}

/** The day after, for a page that goes forwards. */
export const dayAfter = (day: string): string => shifted(day, 1);

function shifted(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
