import { TallygateError } from '../../common/tallygate-error.js';
import { DAY_MS } from '../../common/utc-day.js';

/** Ten years: a later date is a mistake, or means "never", which is said by giving none. */
export const EXPIRES_DAYS_MAX = 3_650;

/** The expiry of a key, a number of days from now; null for one that never expires. */
export function expiryInDays(days: number | undefined, now: number): Date | null {
  return days === undefined ? null : new Date(now + days * DAY_MS);
}

/**
 * The expiry of a key from an ISO 8601 date or time; UTC if no zone is given.
 * @throws TallygateError VALIDATION_ERROR when it is not a date, has passed, or is more than ten years away
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
