import type { Schemas } from '../../../app/api';
import { credits, plural } from '../../../app/words';

/** What another amount a month means for the accounts on a tier, and when. A tier that there is not gives nothing. */
export function tierEffect({ accounts, monthly_credits }: Schemas['TierDto'], amount: number | undefined): string {
  const now = monthly_credits ?? 0;
  const all = plural(accounts, 'account');
  if (amount === undefined || amount === now) return `${all} on this tier.`;
  if (amount < now) return `From next month: ${credits(amount)} for each of ${all}.`;
  return `At once: up to ${credits(amount - now)} more for each of ${all}.`;
}
