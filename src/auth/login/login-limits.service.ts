import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { lruOf, type Lru } from '../../common/lru.js';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { addressGroup } from '../../common/network/address-group.js';
import { FailureCounter } from '../../limits/failure-counter.js';
import { FAILING_ADDRESSES_MAX, FAILURE_WINDOW_MS } from '../../limits/failure-limiter.js';
import { RedisConnection } from '../../limits/redis.connection.js';

/** A login name may fail this many times as often as an address, so that no single address can block it. */
const NAME_FACTOR = 2;
const KNOWN_MAX = 50_000;
const KNOWN_FOR_MS = 30 * 24 * 3_600_000;

/**
 * Limits failed logins per address, and per login name over all addresses.
 *
 * A blocked name is blocked only for addresses it has not been logged in from, and only while guessing goes on. Its
 * owner can still log in from a known address, and their tokens and API keys go on working.
 */
@Injectable()
export class LoginLimits {
  private readonly addresses: FailureCounter;
  private readonly names: FailureCounter;
  private readonly known: Lru<string, true>;

  constructor(config: AppConfig, clock: Clock, redis: RedisConnection) {
    const limit = config.values.limits.failures_per_address;
    const bounds = { windowMs: FAILURE_WINDOW_MS, keysMax: FAILING_ADDRESSES_MAX, clock, redis };
    this.addresses = new FailureCounter({ ...bounds, name: 'logins:address', limit });
    this.names = new FailureCounter({ ...bounds, name: 'logins:name', limit: limit * NAME_FACTOR });
    const perf = { now: () => clock.monotonic() };
    this.known = lruOf(KNOWN_MAX, { ttl: KNOWN_FOR_MS, ttlResolution: 0, perf });
  }

  /**
   * Counts an attempt as failed until it succeeds, so that many parallel attempts cannot all pass.
   * @throws RATE_LIMITED, with the same message whether the name exists or not
   */
  begin(login: string, address: string | undefined): void {
    const { name, group } = keys(login, address);
    const ofName = this.known.has(pair(name, group)) ? 0 : this.names.blockedForSeconds(name);
    const retryAfterSeconds = Math.max(ofName, this.addresses.blockedForSeconds(group));
    if (retryAfterSeconds > 0) {
      throw new TallygateError('RATE_LIMITED', `Too many failed logins. Try again in ${retryAfterSeconds} s.`, {
        retryAfterSeconds,
      });
    }
    this.addresses.add(group);
    this.names.add(name);
  }

  /** The credentials were correct. @param names all by which they may come from this address again */
  succeeded(login: string, address: string | undefined, names: readonly string[]): void {
    for (const one of names) {
      const { name, group } = keys(one, address);
      this.known.set(pair(name, group), true);
    }
    this.undo(login, address);
  }

  /** The attempt failed for a reason of ours, such as a database that is away, so it does not count. */
  undo(login: string, address: string | undefined): void {
    const { name, group } = keys(login, address);
    this.addresses.forgive(group);
    this.names.forgive(name);
  }
}

const keys = (login: string, address: string | undefined) => ({
  name: hashed(login.toLowerCase()),
  group: addressGroup(address),
});
/** Names are also counted in Redis, and people sometimes type a password here, so only a hash is stored. */
const hashed = (name: string) => createHash('sha256').update(name).digest('base64url');
const pair = (name: string, group: string) => `${group} ${name}`;
