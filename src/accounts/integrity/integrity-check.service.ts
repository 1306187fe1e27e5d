import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Clock } from '../../common/clock.js';
import { DAY_MS, HOUR_MS, utcDay, utcSecond } from '../../common/utc-day.js';
import { AppConfig } from '../../config/app-config.js';
import { leaseMsOf } from '../../config/credits-config.js';
import { CreditAudit, type CreditAuditReport } from '../../credits/credit-audit.service.js';
import { UsageReports, type Undelivered, type Verified } from '../../usage/reports/usage-reports.service.js';
import { compareDays, type DaySides } from './compare-days.js';
import type { IntegrityDto, LedgerIntegrityDto, UsageIntegrityDto } from './integrity.dto.js';

/** Attempts to read both databases while nothing is charged or delivered. Delivering a batch takes about 50 ms. */
const STILL_ATTEMPTS = 5;
const STILL_PAUSE_MS = 100;
/** Most difference allowed between the clocks of gateways, which admit calls, and of databases. */
const CLOCK_SKEW_MS = 60_000;

/** Days from `from` (inclusive) to `to` (exclusive). */
interface Span {
  from: Date;
  to: Date;
}

/**
 * Compares all books: PostgreSQL's with each other (`CreditAudit`), and by day what the ledger charged with the usage
 * rows and the rollup. Every side counts a call on the day it was admitted, so the days match exactly.
 */
@Injectable()
export class IntegrityCheck {
  constructor(
    private readonly audit: CreditAudit,
    private readonly usage: UsageReports,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Checks the last `days` days, today included.
   * @throws UNAVAILABLE when ClickHouse is away
   */
  async check(days: number): Promise<IntegrityDto> {
    const today = startOf(DAY_MS, this.clock.now());
    const ledger = ledgerOf(await this.audit.audit());
    const usage = await this.compare({ from: new Date(today - (days - 1) * DAY_MS), to: new Date(today + DAY_MS) });
    const ok = ledger.difference_count === 0 && usage.total_difference === 0 && usage.total_rollup_difference === 0;
    return { ok, checked_at: new Date(this.clock.now()), ledger, usage };
  }

  /**
   * Two databases cannot be read at one common moment. So this reads while nothing changes, or else compares only
   * calls that can no longer change.
   */
  private async compare(span: Span): Promise<UsageIntegrityDto> {
    for (let attempt = 1; attempt <= STILL_ATTEMPTS; attempt += 1) {
      const sides = await this.readStill(span);
      if (sides) return usageOf(sides, span.from, new Date(this.clock.now()), await this.usage.verified());
      await pause(STILL_PAUSE_MS);
    }
    const settled = { from: span.from, to: await this.settledUntil(span) };
    return usageOf(await this.read(settled), settled.from, settled.to, await this.usage.verified());
  }

  /** Returns undefined when calls were charged or delivered during the read. */
  private async readStill(span: Span): Promise<DaySides | undefined> {
    const before = await this.readPostgres(span);
    if (before.undelivered.isSending) return undefined;
    const usage = await this.usage.creditsByDay(periodOf(span));
    const after = await this.readPostgres(span);
    return isDeepStrictEqual(before, after) ? sidesOf(before, usage) : undefined;
  }

  private async read(span: Span): Promise<DaySides> {
    const usage = await this.usage.creditsByDay(periodOf(span));
    return sidesOf(await this.readPostgres(span), usage);
  }

  private async readPostgres(span: Span): Promise<PostgresSide> {
    const undelivered = await this.usage.undelivered(periodOf(span));
    return { captured: await this.audit.chargedByDay(span.from, span.to), undelivered };
  }

  /** The full hour before which every call has ended, since none of that time runs, and been delivered. */
  private async settledUntil(span: Span): Promise<Date> {
    const { oldest } = await this.usage.undelivered(periodOf(span));
    const ended = this.clock.now() - leaseMsOf(this.config.values.credits) - CLOCK_SKEW_MS;
    const running = await this.usage.callsSince();
    const until = startOf(HOUR_MS, Math.min(ended, oldest?.getTime() ?? Infinity, running?.getTime() ?? Infinity));
    return new Date(Math.max(until, span.from.getTime()));
  }
}

interface PostgresSide {
  captured: { day: string; calls: number; credits: number }[];
  undelivered: Undelivered;
}

const sidesOf = ({ captured, undelivered }: PostgresSide, usage: Pick<DaySides, 'raw' | 'rollup'>): DaySides => ({
  ...usage,
  captured,
  undelivered: undelivered.days,
});

function ledgerOf({ accounts, totals, differenceCount, differences }: CreditAuditReport): LedgerIntegrityDto {
  return {
    accounts,
    credits_balance: totals.balance,
    ledger_balance: totals.ledger,
    credits_held: totals.held,
    open_holds: totals.openHolds,
    captured: totals.captured,
    charged: totals.usage,
    unposted: totals.unposted,
    uncharged: totals.uncharged,
    difference_count: differenceCount,
    differences: differences.map(({ accountId, check, expected, actual }) => {
      return { account_id: accountId, check, expected, actual, difference: actual - expected };
    }),
  };
}

function usageOf(sides: DaySides, from: Date, until: Date, { healed, lost, surplus, at }: Verified): UsageIntegrityDto {
  const days = compareDays(sides);
  return {
    compared_from: utcDay(from),
    compared_until: until,
    days,
    total_difference: days.reduce((total, day) => total + Math.abs(day.difference), 0),
    total_rollup_difference: days.reduce((total, day) => total + Math.abs(day.rollup_difference), 0),
    verified_at: at,
    healed,
    lost,
    surplus,
  };
}

const startOf = (unitMs: number, moment: number): number => Math.floor(moment / unitMs) * unitMs;

const periodOf = ({ from, to }: Span) => ({ from: utcSecond(from), to: utcSecond(to) });
