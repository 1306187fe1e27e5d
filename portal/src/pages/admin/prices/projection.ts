import { credits, plural } from '../../../app/words';

/** What another price comes to, in words. Calls of people without an account are counted and not charged: hence "up to". */
export function projection(calls: number | null, now: number | null, price: number | undefined): string {
  if (calls === null) return 'How often it is called cannot be read right now.';
  if (calls === 0) return 'It was not called in the last 30 days.';
  if (price === undefined || !Number.isInteger(price) || price < 0)
    return `It was called ${plural(calls, 'time')} in the last 30 days.`;
  const before = now === null || now === price ? '' : ` instead of ${credits(calls * now)}`;
  return `At the ${plural(calls, 'call')} of the last 30 days this earns up to ${credits(calls * price)}${before}.`;
}
