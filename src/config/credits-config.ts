import { z } from 'zod';

const LEASE_SECONDS_MIN = 5;
const LEASE_SECONDS = 60;

/** Credits of accounts. */
export const creditsSchema = z
  .strictObject({
    /** `optional`: a user without an account calls free of charge. `required`: such calls are refused. */
    mode: z.enum(['optional', 'required']).default('optional'),
    /** The tier of a new account. */
    default_tier: z.string().default('free'),
    /**
     * What a gateway holds for calls is released when it has been silent for so long; a gateway that runs holds on. Not so short that a
     * busy moment or a restart of PostgreSQL counts as silence.
     */
    lease_seconds: z.int().min(LEASE_SECONDS_MIN).max(86_400).optional(),
    /** An older word for `lease_seconds`. */
    hold_seconds: z.int().min(1).max(86_400).optional(),
  })
  .prefault({});

/** How long a gateway may be silent before what it holds for calls is released, ms. */
export function leaseMsOf({
  lease_seconds: seconds,
  hold_seconds: older = LEASE_SECONDS,
}: z.output<typeof creditsSchema>): number {
  return 1_000 * (seconds ?? Math.max(LEASE_SECONDS_MIN, older));
}
