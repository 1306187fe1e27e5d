import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { DirtyHoursRepository } from '../delivery/dirty-hours.repository.js';
import { UsageCountsRepository, type DayCredits, type ToolSums, type UserSums } from './usage-counts.repository.js';
import { dayOf, lastHoursOf, monthOf, periodOfDays, type Period } from './usage-days.js';
import type { UsageFilter } from './usage-filter.js';
import { UsageLogRepository, type UsageCall } from './usage-log.repository.js';
import { unavailableWhenAway } from './usage-queries.service.js';
import { UsageOutboxRepository, type Undelivered, type Verified } from '../recording/usage-outbox.repository.js';

export interface CallsQuery {
  /** How far to look back, in days of 24 hours; unset: everything stored. */
  days?: number;
  toolName?: string | undefined;
  apiKeyId?: string | undefined;
  /** Only calls that succeeded. */
  successOnly?: boolean;
  limit: number;
  offset: number;
}

export type { DayCredits, Period, ToolSums, Undelivered, UsageCall, UserSums, Verified };

/** Usage for accounts and operators: calls with their prices, sums by tool and by user, credits by day. */
@Injectable()
export class UsageReports {
  constructor(
    private readonly log: UsageLogRepository,
    private readonly counts: UsageCountsRepository,
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly outbox: UsageOutboxRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * A user's calls, newest first, with their total number.
   * @throws UNAVAILABLE when ClickHouse is away
   */
  calls(userId: string, query: CallsQuery): Promise<{ total: number; calls: UsageCall[] }> {
    const { limit, days, toolName, apiKeyId, successOnly = false } = query;
    const period = days === undefined ? periodOfDays() : lastHoursOf(days, this.clock.now());
    const filter: UsageFilter = {
      userId,
      successOnly,
      ...period,
      ...(toolName !== undefined && { toolName }),
      ...(apiKeyId !== undefined && { apiKeyId }),
    };
    return unavailableWhenAway(async () => {
      const place = await this.counts.locate(filter, query, await this.dirtyHours.notRolledUp(filter));
      return { total: place.total, calls: await this.log.findCalls(filter, place, limit) };
    });
  }

  /**
   * This calendar month and today, in UTC, by tool, most called first; one user's calls or everybody's.
   * @throws UNAVAILABLE when ClickHouse is away
   */
  month(userId?: string): Promise<ToolSums[]> {
    return this.sumByTool(monthOf(this.clock.now()), userId);
  }

  /** Everybody's calls of the last `days` times 24 hours, by tool. @throws UNAVAILABLE when ClickHouse is away. */
  tools(days: number): Promise<ToolSums[]> {
    return this.sumByTool(lastHoursOf(days, this.clock.now()));
  }

  /**
   * This month's top spenders, at most `limit`.
   * @throws UNAVAILABLE when ClickHouse is away
   */
  topUsers(limit: number): Promise<UserSums[]> {
    const month = monthOf(this.clock.now());
    return unavailableWhenAway(async () => this.counts.sumByUser(month, await this.dirtyHours.notRolledUp(month), limit));
  }

  /** Calls of the last `days` times 24 hours of those of the users who made any. @throws UNAVAILABLE when ClickHouse is away. */
  callsOf(userIds: string[], days: number): Promise<ReadonlyMap<string, number>> {
    const period = lastHoursOf(days, this.clock.now());
    return unavailableWhenAway(async () => {
      const sums = await this.counts.callsByUser({ ...period, userIds }, await this.dirtyHours.notRolledUp(period));
      return new Map(sums.map(({ user_id, call_count }) => [user_id, call_count]));
    });
  }

  /** Charged credits by day, from the rows and from the rollup. @throws UNAVAILABLE when ClickHouse is away. */
  creditsByDay(period: Period): Promise<{ rollup: DayCredits[]; raw: DayCredits[] }> {
    return unavailableWhenAway(async () => this.counts.creditsByDay(period, await this.dirtyHours.notRolledUp(period)));
  }

  /** Charged credits of a period that may not have arrived in ClickHouse yet. */
  undelivered(period: Period): Promise<Undelivered> {
    return this.outbox.undelivered(period);
  }

  /** Whether ClickHouse still has what it was given. */
  verified(): Promise<Verified> {
    return this.outbox.verified();
  }

  /** When the oldest priced call was admitted that runs; undefined when none runs. Replicas tell it from time to time. */
  callsSince(): Promise<Date | undefined> {
    return this.outbox.callsSince();
  }

  private sumByTool(period: Period, userId?: string): Promise<ToolSums[]> {
    const filter = { ...period, ...(userId !== undefined && { userId }) };
    const today = dayOf(this.clock.now());
    return unavailableWhenAway(async () => this.counts.sumByTool(filter, today, await this.dirtyHours.notRolledUp(period)));
  }
}
