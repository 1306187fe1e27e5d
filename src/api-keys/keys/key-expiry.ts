import { TallygateError } from '../../common/tallygate-error.js';

/** Ten years: beyond that, a date is a mistake or a way to say "never", which is to give none. */
export const EXPIRES_DAYS_MAX = 3_650;
const DAY_MS = 86_400_000;

/** The end of a key's life, a number of days from now; null for one that never ends. */
export function expiryInDays(days: number | undefined, now: number): Date | null {
  return days === undefined ? null : new Date(now + days * DAY_MS);
}

/**
 * The end of a key's life as an ISO 8601 date or time; without a zone it is UTC.
 * @throws TallygateError VALIDATION_ERROR when it is not a date, has passed, or is more than ten years away.
 */
export function expiryAt(text: string | undefined, now: number): Date | null {
  if (text === undefined) return null;
  const hasZone = !text.includes('T') || /(Z|[+-]\d\d(:?\d\d)?)$/i.test(text);
  const at = new Date(hasZone ? text : `${text}Z`);
  if (Number.isNaN(at.getTime())) throw invalid('must be an ISO 8601 date or time');
  if (at.getTime() <= now) throw invalid('must be in the future');
  if (at.getTime() > now + EXPIRES_DAYS_MAX * DAY_MS) throw invalid(`must be within ${EXPIRES_DAYS_MAX} days`);
  return at;
}

const invalid = (problem: string) =>
  new TallygateError('VALIDATION_ERROR', `expires_at ${problem}`, {
    detail: [{ loc: ['body', 'expires_at'], msg: `expires_at ${problem}`, type: 'value_error' }],
  });
