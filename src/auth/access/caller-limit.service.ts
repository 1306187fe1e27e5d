import { Injectable } from '@nestjs/common';
import { lruOf } from '../../common/lru.js';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { HourlyLimits, isRaised, perHourOfKey, type CallerLimits } from '../../limits/hourly-limits.js';
import {
  rateLimitHeaders,
  RateLimitService,
  type RateAllowance,
  type RateLimitDecision,
  type RateLimitRest,
} from '../../limits/rate-limit.service.js';
import { Refusals } from '../../telemetry/refusals.js';
import type { Principal } from './principal.js';

export type { RateLimitRest };

const ALL_KEYS_OF = 'keys-of:';
/** Keys whose allowances are kept. */
const KNOWN_MAX = 10_000;

/** What decides a key's limits. */
export interface LimitedKey extends Pick<Principal, 'userId' | 'scopes' | 'tier'> {
  /** What it is counted under. */
  lineage: string;
  /** Requests an hour; null: what keys of its owner have. */
  rateLimitPerHour: number | null;
}

/** A key's limits: its own, and the one over all keys of its user; undefined where there is none. */
export interface KeyLimits<Limit> {
  ofKey?: Limit | undefined;
  ofAllKeys?: Limit | undefined;
}

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
  private readonly known = lruOf<Principal, readonly RateAllowance[]>(KNOWN_MAX);
  private readonly listeners = new ChangeListeners<Refusal>();

  constructor(
    private readonly limits: RateLimitService,
    private readonly hourly: HourlyLimits,
    private readonly refusals: Refusals,
  ) {
    hourly.onChange(() => this.known.clear());
  }

  /**
   * Takes one request. Synchronous without Redis. @throws RATE_LIMITED once the hour's allowance is spent.
   * @param isRead Whether it changes nothing and calls nothing.
   */
  admit(principal: Principal, tell: Tell, isRead = false): true | Promise<true> {
    const [allowance, ofUser] = this.allowancesOf(principal, isRead);
    if (!allowance) return true;
    const decision = ofUser ? this.limits.consumeBoth(allowance, ofUser) : this.limits.consume(allowance);
    return decision instanceof Promise
      ? decision.then((made) => this.enter(principal, made, tell))
      : this.enter(principal, decision, tell);
  }

  /** Called at every refusal. Must be quick, and not throw. */
  onRefused(listener: (refusal: Refusal) => void): void {
    this.listeners.add(listener);
  }

  private enter(principal: Principal, decision: RateLimitDecision, tell: Tell): true {
    tell(rateLimitHeaders(decision));
    if (decision.allowed) return true;
    const { bucket, limit, retryAfterSeconds } = decision;
    const isOfAllKeys = bucket.startsWith(ALL_KEYS_OF);
    this.refusals.count('rate_limit');
    this.listeners.tell({ principal, decision, isOfAllKeys });
    const whose = isOfAllKeys ? ' for all API keys of one user' : '';
    throw new TallygateError('RATE_LIMITED', `Rate limit of ${limit} requests an hour${whose} reached.`, { retryAfterSeconds });
  }

  /** What is left of a login's limit; undefined for one without. Counts nothing. */
  async restOfLogin(login: Omit<Principal, 'apiKey'>): Promise<RateLimitRest | undefined> {
    const [allowance] = rateAllowances(login, this.hourly.of(login.tier));
    return allowance && this.limits.restOf(allowance);
  }

  /** What is left of a key's limits. Counts nothing. */
  async restOfKey(key: LimitedKey): Promise<KeyLimits<RateLimitRest>> {
    const { ofKey, ofAllKeys } = keyAllowances(key, this.hourly.of(key.tier));
    const [restOfKey, restOfAll] = await Promise.all([ofKey, ofAllKeys].map((one) => one && this.limits.restOf(one)));
    return { ofKey: restOfKey, ofAllKeys: restOfAll };
  }

  /** Requests an hour that a key may make, be it the only one of its user; undefined for one without a limit. */
  perHourOf(key: LimitedKey): number | undefined {
    const { ofKey, ofAllKeys } = keyAllowances(key, this.hourly.of(key.tier));
    return ofKey && Math.min(ofKey.perHour, ofAllKeys?.perHour ?? Infinity);
  }

  private allowancesOf(principal: Principal, isRead: boolean): readonly RateAllowance[] {
    const known = this.known.get(principal);
    if (known) return known;
    const made = rateAllowances(principal, this.hourly.of(principal.tier), isRead);
    if (principal.apiKey) this.known.set(principal, made); // a login's is made for each request
    return made;
  }
}

/**
 * Returns a caller's rate limits, that of their login or key first; none for admins, as in source 003, "Rate Limiting". What is looked
 * at in the portal is counted apart, so that an open page takes nothing from its user's tools.
 */
export function rateAllowances(
  { userId, role, scopes, apiKey, session }: Principal,
  limits: CallerLimits,
  isRead = false,
): RateAllowance[] {
  if (!apiKey && role === 'admin') return [];
  if (session && isRead) return [{ bucket: `sessions-of:${userId}`, perHour: limits.session }];
  if (!apiKey) return [{ bucket: `user:${userId}`, perHour: limits.user }];
  const { id, lineage = id, rateLimitPerHour } = apiKey;
  const { ofKey, ofAllKeys } = keyAllowances({ userId, scopes, lineage, rateLimitPerHour }, limits);
  return [ofKey, ofAllKeys].filter((one) => one !== undefined);
}

/**
 * Returns a key's rate limits. An admin's key without the `admin` scope is limited like any other key; one with it has only a limit of
 * its own. A key to which an admin gave more than keys can be given otherwise is beside the limit of all its user's keys.
 */
function keyAllowances(
  { userId, scopes, lineage, rateLimitPerHour: own }: LimitedKey,
  limits: CallerLimits,
): KeyLimits<RateAllowance> {
  const bucket = `key:${lineage}`;
  if (scopes.has('admin')) return own ? { ofKey: { bucket, perHour: own } } : {};
  const ofKey = { bucket, perHour: perHourOfKey(own, limits) };
  if (isRaised(own, limits)) return { ofKey };
  return { ofKey, ofAllKeys: { bucket: `${ALL_KEYS_OF}${userId}`, perHour: limits.allKeys } };
}
