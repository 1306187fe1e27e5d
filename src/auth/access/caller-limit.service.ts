import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig, type ConfigValues } from '../../config/app-config.js';
import {
  rateLimitHeaders,
  RateLimitService,
  type RateAllowance,
  type RateLimitDecision,
  type RateLimitRest,
} from '../../limits/rate-limit.service.js';
import type { Principal } from './principal.js';

export type { RateLimitRest };

type Limits = Pick<ConfigValues['limits'], 'user_per_hour' | 'api_key_per_hour' | 'user_keys_per_hour'>;

/** Unless configured, all keys of a user may together do as much as this many of them. */
const KEYS_AT_ONCE = 4;
const ALL_KEYS_OF = 'keys-of:';
/** Keys whose allowances are kept. */
const KNOWN_MAX = 10_000;

/** How callers learn where they stand: headers of their answer. */
type Tell = (headers: Record<string, string>) => void;

/** A request that was refused since a limit was reached: whose request, and which limit. */
export interface Refusal {
  principal: Principal;
  decision: RateLimitDecision;
  /** Whether the limit is that of all keys of the user together. */
  isOfAllKeys: boolean;
}

/** Counts the requests of callers against their hourly allowance, together on both ports. */
@Injectable()
export class CallerLimit {
  /** Those of the keys used last: their principal is one object while nothing of it changes, and a bucket's name is hashed but once. */
  private readonly known = new LRUCache<Principal, readonly RateAllowance[]>({ max: KNOWN_MAX });
  private readonly refusals = new ChangeListeners<Refusal>();

  constructor(
    private readonly limits: RateLimitService,
    private readonly config: AppConfig,
  ) {}

  /** Takes one request. Synchronous without Redis. @throws RATE_LIMITED once the hour's allowance is spent. */
  admit(principal: Principal, tell: Tell): true | Promise<true> {
    const [allowance, ofUser] = this.allowancesOf(principal);
    if (!allowance) return true;
    const decision = ofUser ? this.limits.consumeBoth(allowance, ofUser) : this.limits.consume(allowance);
    return decision instanceof Promise
      ? decision.then((made) => this.enter(principal, made, tell))
      : this.enter(principal, decision, tell);
  }

  /** Called at every refusal. Must be quick, and not throw. */
  onRefused(listener: (refusal: Refusal) => void): void {
    this.refusals.add(listener);
  }

  private enter(principal: Principal, decision: RateLimitDecision, tell: Tell): true {
    tell(rateLimitHeaders(decision));
    if (decision.allowed) return true;
    const { bucket, limit, retryAfterSeconds } = decision;
    const isOfAllKeys = bucket.startsWith(ALL_KEYS_OF);
    this.refusals.tell({ principal, decision, isOfAllKeys });
    const whose = isOfAllKeys ? ' for all API keys of one user' : '';
    throw new TallygateError('RATE_LIMITED', `Rate limit of ${limit} requests an hour${whose} reached.`, { retryAfterSeconds });
  }

  /** What is left of a caller's limits, that of their login or key first; see `rateAllowances`. Counts nothing. */
  restOf(principal: Principal): Promise<RateLimitRest[]> {
    const allowances = rateAllowances(principal, this.config.values.limits);
    return Promise.all(allowances.map((allowance) => this.limits.restOf(allowance)));
  }

  private allowancesOf(principal: Principal): readonly RateAllowance[] {
    const known = this.known.get(principal);
    if (known) return known;
    const made = rateAllowances(principal, this.config.values.limits);
    if (principal.apiKey) this.known.set(principal, made); // a login's is made for each request
    return made;
  }
}

/**
 * Returns a caller's rate limits; none for admins, as in source 003, "Rate Limiting". A limit set on the key itself wins over
 * the configured one; an admin's key without the `admin` scope is limited like any other key. The second limit is the user's,
 * over all their keys; a key to which an admin gave more than others have is beside it.
 */
export function rateAllowances({ userId, role, scopes, apiKey }: Principal, limits: Limits): RateAllowance[] {
  const { user_per_hour, api_key_per_hour, user_keys_per_hour = KEYS_AT_ONCE * api_key_per_hour } = limits;
  if (!apiKey) return role === 'admin' ? [] : [{ bucket: `user:${userId}`, perHour: user_per_hour }];
  const { id, lineage = id, rateLimitPerHour: own } = apiKey;
  const ofKey = { bucket: `key:${lineage}`, perHour: own ?? api_key_per_hour };
  if (scopes.has('admin')) return own ? [ofKey] : [];
  if (ofKey.perHour > api_key_per_hour) return [ofKey];
  return [ofKey, { bucket: `${ALL_KEYS_OF}${userId}`, perHour: user_keys_per_hour }];
}
