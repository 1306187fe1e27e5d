import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import { addressGroup } from '../common/network/address-group.js';
import { Refusals } from '../telemetry/refusals.js';
import { FailureCounter } from './failure-counter.js';
import { RedisConnection } from './redis.connection.js';

/** Failures are counted over this long. */
export const FAILURE_WINDOW_MS = 15 * 60_000;
/** Most addresses counted at once. */
export const FAILING_ADDRESSES_MAX = 50_000;

/**
 * Refuses addresses that keep presenting invalid API keys (`limits.failures_per_address` in 15 minutes), before any
 * database work. Failed logins are counted separately (`LoginLimits`), so that one client with a revoked key does not
 * lock its whole office out of the login.
 */
@Injectable()
export class FailureLimiter {
  private readonly addresses: FailureCounter;
  private refusedCount = 0;

  constructor(
    config: AppConfig,
    clock: Clock,
    redis: RedisConnection,
    private readonly refusals: Refusals,
  ) {
    const limit = config.values.limits.failures_per_address;
    const bounds = { windowMs: FAILURE_WINDOW_MS, keysMax: FAILING_ADDRESSES_MAX };
    this.addresses = new FailureCounter({ name: 'invalid-keys', limit, ...bounds, clock, redis });
  }

  /** Requests refused since this process started. */
  get refused(): number {
    return this.refusedCount;
  }

  recordFailure(address: string | undefined): void {
    this.addresses.add(addressGroup(address));
  }

  /** @throws RATE_LIMITED while the address is blocked. */
  check(address: string | undefined): void {
    const retryAfterSeconds = this.addresses.blockedForSeconds(addressGroup(address));
    if (retryAfterSeconds === 0) return;
    this.refusedCount += 1;
    this.refusals.count('blocked_address');
    throw new TallygateError(
      'RATE_LIMITED',
      `Too many invalid API keys from this address. Try again in ${retryAfterSeconds} s.`,
      {
        retryAfterSeconds,
      },
    );
  }
}
