import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CallerLimit, type Refusal } from '../../auth/access/caller-limit.service.js';
import { lruOf } from '../../common/lru.js';
import { Clock } from '../../common/clock.js';
import { utcDay } from '../../common/utc-day.js';
import { Recipients } from '../outbox/recipients.js';
import type { Occasion } from '../notice.js';

const KIND = 'limit.reached';
/** Limits that are known to be reached; beyond that, one is told once more at worst to the database, which knows it. */
const KNOWN_MAX = 10_000;

/** Notes refusals by rate limits: one for each limit and day, in memory, so that a refused request costs nothing more. */
@Injectable()
export class LimitWatch implements OnModuleInit {
  private readonly known = lruOf<string, true>(KNOWN_MAX);
  private readonly fresh = new Map<string, Occasion<typeof KIND>>();

  constructor(
    private readonly limits: CallerLimit,
    private readonly recipients: Recipients,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    if (this.recipients.areFor(KIND, true)) this.limits.onRefused((refusal) => this.note(refusal));
  }

  /** What was reached and is not told yet. */
  get waiting(): Occasion<typeof KIND>[] {
    return [...this.fresh.values()];
  }

  /** These are told. */
  forget(told: readonly Occasion[]): void {
    for (const { key } of told) this.fresh.delete(key);
  }

  private note(refusal: Refusal): void {
    const { bucket } = refusal.decision;
    const key = `${KIND}:${bucket}:${utcDay(this.clock.now())}`;
    if (this.known.has(key) || this.fresh.size >= KNOWN_MAX) return;
    this.known.set(key, true);
    this.fresh.set(key, { key, kind: KIND, subject: bucket, userId: refusal.principal.userId, data: dataOf(refusal) });
  }
}

function dataOf({ principal: { userId, apiKey }, decision, isOfAllKeys }: Refusal): Occasion<typeof KIND>['data'] {
  return {
    user_id: userId,
    limit: isOfAllKeys ? 'user_keys' : apiKey ? 'api_key' : 'user',
    key_id: apiKey?.id ?? null,
    key_name: apiKey?.name ?? null,
    requests_per_hour: decision.limit,
    resets_at: new Date(decision.resetAtSeconds * 1_000).toISOString(),
  };
}
