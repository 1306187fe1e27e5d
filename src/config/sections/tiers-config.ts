import { z } from 'zod';
import { RATE_LIMIT_MAX, TIER_CREDITS_MAX } from './bounds.js';

const credits = z.int().min(0).max(TIER_CREDITS_MAX);
const perHour = z.int().min(1).max(RATE_LIMIT_MAX).optional();

/** What a tier gives. */
const tierSchema = z.strictObject({
  /** They do not carry over. */
  monthly_credits: credits,
  /** Requests an hour of its accounts' users, in place of `limits.user_per_hour`. */
  user_per_hour: perHour,
  /** Of each of their keys without a limit of its own, in place of `limits.api_key_per_hour`. */
  api_key_per_hour: perHour,
});

/** Tiers by name. A number is a tier's credits a month. */
export const tiersSchema = z
  .record(z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be a short lower-case name'), z.union([credits, tierSchema]))
  .default({ free: 50, pro: 500, enterprise: 5_000 });

export type TierSettings = z.infer<typeof tierSchema>;

/** A tier as if it had been written in full. */
export const tierSettings = (written: number | TierSettings): TierSettings =>
  typeof written === 'number' ? { monthly_credits: written } : written;
