import { Injectable } from '@nestjs/common';
import { ChangeListeners } from '../common/concurrency/change-listeners.js';
import { AppConfig, type ConfigValues } from '../config/app-config.js';

/** What a tier says of its accounts' users, requests an hour; null: as everybody has. */
export interface TierLimits {
  userPerHour: number | null;
  apiKeyPerHour: number | null;
}

/** What a caller may make, requests an hour. */
export interface CallerLimits {
  user: number;
  /** What is looked at in sessions of the portal. */
  session: number;
  /** A key without a limit of its own. */
  key: number;
  /** More than this only an admin gives a key, whatever its owner's tier. */
  ownOfKeyMax: number;
  /** All keys of a user together. */
  allKeys: number;
}

/** Unless configured, all keys of a user may together do as much as this many of them. */
const KEYS_AT_ONCE = 4;

/**
 * How many requests an hour callers may make: the one place that decides it, from memory. A tier's limits come before those of the
 * settings; what tiers say is the tariff's.
 */
@Injectable()
export class HourlyLimits {
  private readonly listeners = new ChangeListeners();
  private readonly general: CallerLimits;
  private byTier: ReadonlyMap<string, CallerLimits> = new Map();

  constructor(private readonly config: AppConfig) {
    this.general = callerLimits(config.values.limits);
  }

  /** Those of a user whose account has this tier; undefined: who has no account. The same object until something changes. */
  of(tier: string | undefined): CallerLimits {
    return (tier !== undefined && this.byTier.get(tier)) || this.general;
  }

  /** What tiers say now, by name. */
  setTiers(tiers: ReadonlyMap<string, TierLimits>): void {
    const { limits } = this.config.values;
    this.byTier = new Map([...tiers].map(([name, of]) => [name, callerLimits(limits, of)]));
    this.listeners.tell();
  }

  /** Called after every change. Must not throw. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }
}

/** What callers may make by the settings, and by their tier. */
export function callerLimits(limits: ConfigValues['limits'], tier?: TierLimits): CallerLimits {
  const key = tier?.apiKeyPerHour ?? limits.api_key_per_hour;
  return {
    user: tier?.userPerHour ?? limits.user_per_hour,
    session: limits.session_per_hour,
    key,
    ownOfKeyMax: limits.api_key_per_hour,
    allKeys: limits.user_keys_per_hour ?? KEYS_AT_ONCE * key,
  };
}

/** Whether an admin gave a key more than keys can be given otherwise. */
export const isRaised = (own: number | null, { ownOfKeyMax }: CallerLimits): own is number => own !== null && own > ownOfKeyMax;

/** What a key with this limit of its own may make; null: it has none. Within what keys of its owner have, unless an admin gave more. */
export function perHourOfKey(own: number | null, limits: CallerLimits): number {
  if (own === null) return limits.key;
  return isRaised(own, limits) ? own : Math.min(own, limits.key);
}
