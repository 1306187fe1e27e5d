import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { DirtyHoursRepository } from '../delivery/dirty-hours.repository.js';
import { UsageCountsRepository, type DayCredits } from './usage-counts.repository.js';
import { dayOf, lastHoursOf, monthOf, periodOfDays, type Period } from './usage-days.js';
import type { CallFilter, UsageFilter } from './usage-filter.js';
import { UsageLogRepository, type UsageCall } from './usage-log.repository.js';
import { unavailableWhenAway } from './usage-queries.service.js';
import {
  UsageSumsRepository,
  type SumsQuestion,
  type TimedToolSums,
  type ToolSums,
  type UserSums,
} from './usage-sums.repository.js';
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

export type { DayCredits, Period, TimedToolSums, ToolSums, Undelivered, UsageCall, UserSums, Verified };

/** Usage for accounts and operators: calls with their prices, sums by tool and by user, credits by day. */
@Injectable()
export class UsageReports {
  constructor(
    private readonly log: UsageLogRepository,
    private readonly counts: UsageCountsRepository,
    private readonly sums: UsageSumsRepository,
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
   * A user's calls this calendar month and today, in UTC, by tool, most called first.
   * @throws UNAVAILABLE when ClickHouse is away
   */
  month(userId: string): Promise<ToolSums[]> {
    return this.summed({ ...monthOf(this.clock.now()), userId }, (question) => this.sums.byTool(question));
  }

  /**
   * Everybody's calls this calendar month and today, in UTC: by tool, most called first, and at most so many users, top spenders first.
   * @throws UNAVAILABLE when ClickHouse is away
   */
  everybodysMonth(usersMax: number): Promise<{ tools: ToolSums[]; users: UserSums[] }> {
    return this.everybodys(monthOf(this.clock.now()), usersMax);
  }

  /** The same of any time. @throws UNAVAILABLE when ClickHouse is away. */
  everybodys(period: Period, usersMax: number): Promise<{ tools: ToolSums[]; users: UserSums[] }> {
    return this.summed(period, (question) => this.sums.byToolAndByUser(question, usersMax));
  }

  /** Everybody's calls of the last `days` times 24 hours, by tool. @throws UNAVAILABLE when ClickHouse is away. */
  callsByTool(days: number): Promise<ToolSums[]> {
    return this.summed(lastHoursOf(days, this.clock.now()), (question) => this.sums.byTool(question));
  }

  /** Everybody's calls of the last `days` times 24 hours, by tool, and how long they took. @throws UNAVAILABLE when ClickHouse is away. */
  tools(days: number): Promise<TimedToolSums[]> {
    return this.summed(lastHoursOf(days, this.clock.now()), (question) => this.sums.timesByTool(question));
  }

  /** Calls of the last `days` times 24 hours of those of the users who made any. @throws UNAVAILABLE when ClickHouse is away. */
  callsOf(userIds: string[], days: number): Promise<ReadonlyMap<string, number>> {
    const period = lastHoursOf(days, this.clock.now());
    return unavailableWhenAway(async () => {
      const sums = await this.sums.callsByUser({ ...period, userIds }, await this.dirtyHours.notRolledUp(period));
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

  private summed<Sums>(filter: CallFilter, read: (question: SumsQuestion) => Promise<Sums>): Promise<Sums> {
    const day = dayOf(this.clock.now());
    return unavailableWhenAway(async () => read({ filter, day, rawHours: await this.dirtyHours.notRolledUp(filter) }));
  }
}
