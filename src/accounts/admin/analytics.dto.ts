import { ApiProperty } from '@nestjs/swagger';
import { Fraction, Instant } from '../../rest/dto-fields.js';
import { REFUSAL_REASONS, type RefusalReason } from '../../telemetry/refusals.js';
import type { Range } from '../../usage/reports/series/time-buckets.js';
import { SeriesSumsDto } from '../../usage/reports/series/usage-series.dto.js';
import { percent } from '../usage-totals.js';
import type { TierTotals } from './account-reports.repository.js';
import { ToolUsageRowDto } from './admin-usage.dto.js';

/** The time that is looked at. */
export class AnalyticsQuery {
  /** From this instant on, ISO 8601 with its zone; where it is left out, from the beginning of the month of `to`, in UTC. */
  @Instant()
  from?: string;

  /** Before this instant, ISO 8601 with its zone; now where it is left out. */
  @Instant()
  to?: string;
}

/** Accounts of one tier. */
export class TierAccountsDto {
  tier!: string;
  accounts!: number;
  /** Number of active ones. */
  active!: number;
  credits_balance!: number;
  credits_held!: number;

  static of({ tier, accounts, active, balance, held }: TierTotals): TierAccountsDto {
    return { tier, accounts, active, credits_balance: balance, credits_held: held };
  }
}

/** Numbers of accounts. */
export class AccountTotalsDto {
  total!: number;
  active!: number;
  inactive!: number;
  by_tier!: TierAccountsDto[];
}

/** Credits of all accounts since the first one: granted − expired − used = balance. */
export class CreditTotalsDto {
  /** Allocations, grants and purchases, less corrections. */
  granted!: number;
  /** Allocations left unused when their month ended. */
  expired!: number;
  used!: number;
  balance!: number;
  /** Part of the balance that running calls have reserved. */
  held!: number;
}

/** All users' calls, in UTC. */
export class CallTotalsDto {
  today!: number;
  this_month!: number;
  credits_today!: number;
  credits_this_month!: number;
  /** Percent of this month's calls that succeeded, to one decimal; 100 without calls. */
  @Fraction()
  success_rate!: number;
  @Fraction()
  avg_latency_ms!: number;
}

/** One of the top spenders. */
export class TopAccountDto {
  account_id!: number;
  user_email!: string;
  calls!: number;
  credits!: number;
}

/** All users' calls of a time. */
export class PeriodTotalsDto extends SeriesSumsDto {
  from!: Date;
  to!: Date;
  /** Percent of the calls that succeeded, to one decimal; null without calls. */
  @Fraction()
  success_rate!: number | null;

  static of({ from, to }: Range, sums: SeriesSumsDto): PeriodTotalsDto {
    const success_rate = sums.calls === 0 ? null : percent(sums.calls - sums.errors, sums.calls);
    return { from: new Date(from), to: new Date(to), ...sums, success_rate };
  }
}

/** Calls of the clients that call themselves so. */
export class TopClientDto {
  /** Empty where they do not say. */
  client_name!: string;
  calls!: number;
  errors!: number;
}

/** Requests that did not become calls, and so are in no list of calls. */
export class RefusedDto {
  /**
   * 401, of API keys alone, not of logins: `no_key` (over MCP), `unknown_key`, `expired_key`, `revoked_key`, `switched_off` (its user, or
   * their account); 403: `not_allowed` (a
   * permission or a tool that the caller does not have); 402: `no_account`, `credits`, `budget` (of its key); 429: `rate_limit`, `blocked_address`.
   */
  @ApiProperty({ enum: REFUSAL_REASONS })
  reason!: RefusalReason;
  refused!: number;
}

/** Totals of all accounts, their credits and their calls. */
export class AnalyticsDto {
  accounts!: AccountTotalsDto;
  credits!: CreditTotalsDto;
  calls!: CallTotalsDto;
  /** The top spenders of the time asked for, at most 10. */
  top_accounts!: TopAccountDto[];
  /** Its most called tools, at most 10. */
  top_tools!: ToolUsageRowDto[];
  /** The time asked for. */
  period!: PeriodTotalsDto;
  /** The time of the same length that ended when it began. */
  previous!: PeriodTotalsDto;
  /** The clients that called most in it, at most 10; null for more than 31 days, or more calls than can be read in time. A call delivered twice may count twice for a while. */
  top_clients!: TopClientDto[] | null;
  /** What was refused in the hours that it touches, most first; reasons of which there were none are left out. Some seconds late. */
  refusals!: RefusedDto[];
  /** Every call that was recorded before is counted; usually less than a second ago. */
  as_of!: Date;
}
