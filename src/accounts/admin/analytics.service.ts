import { Injectable } from '@nestjs/common';
import { CreditAudit } from '../../credits/credit-audit.service.js';
import { RefusalCounts } from '../../usage/recording/refusal-counts.service.js';
import type { Range } from '../../usage/reports/series/time-buckets.js';
import { UsagePeriods, type ClientSums } from '../../usage/reports/series/usage-periods.service.js';
import { periodBetween } from '../../usage/reports/usage-days.js';
import { UsageReports, type ToolSums, type UserSums } from '../../usage/reports/usage-reports.service.js';
import { usageTotals } from '../usage-totals.js';
import { AccountReportsRepository, type TierTotals } from './account-reports.repository.js';
import { ToolUsageRowDto } from './admin-usage.dto.js';
import {
  PeriodTotalsDto,
  TierAccountsDto,
  type AccountTotalsDto,
  type AnalyticsDto,
  type AnalyticsQuery,
  type CallTotalsDto,
  type CreditTotalsDto,
  type TopAccountDto,
  type TopClientDto,
} from './analytics.dto.js';

const TOP_MAX = 10;
/** Users read to find the top accounts. Users without an account spend nothing, so they come last. */
const TOP_USERS_MAX = 100;

/** How the gateway as a whole is used, for operators. */
@Injectable()
export class Analytics {
  constructor(
    private readonly reports: AccountReportsRepository,
    private readonly books: CreditAudit,
    private readonly usage: UsageReports,
    private readonly periods: UsagePeriods,
    private readonly refusals: RefusalCounts,
  ) {}

  /** Without a time this month's. @throws VALIDATION_ERROR when it is reversed, UNAVAILABLE when a database is away */
  async read(query: AnalyticsQuery): Promise<AnalyticsDto> {
    const range = this.periods.rangeOf(query);
    const as_of = await this.periods.freshUntil();
    const month = this.usage.everybodysMonth(TOP_USERS_MAX);
    const [tiers, moved, { tools: ofMonth }, { tools, users }, compared] = await Promise.all([
      this.reports.tiers(),
      this.books.moved(),
      month,
      (query.from ?? query.to) ? this.usage.everybodys(periodBetween(range), TOP_USERS_MAX) : month,
      this.compared(range),
    ]);
    return {
      accounts: accountTotals(tiers),
      credits: creditTotals(tiers, moved),
      calls: callTotals(ofMonth),
      top_accounts: await this.topAccounts(users),
      top_tools: tools.slice(0, TOP_MAX).map((tool) => ToolUsageRowDto.of(tool)),
      ...compared,
      as_of,
    };
  }

  /** What there was in a time, and its totals beside those of the time before. */
  private async compared(range: Range): Promise<Pick<AnalyticsDto, 'period' | 'previous' | 'top_clients' | 'refusals'>> {
    const before = { from: Math.max(0, 2 * range.from - range.to), to: range.from };
    const [now, then, clients, refusals] = await Promise.all([
      this.periods.totals(range),
      this.periods.totals(before),
      this.periods.topClients(range, TOP_MAX),
      this.refusals.byReason(range),
    ]);
    const top_clients = clients && clients.map(clientOf);
    return { period: PeriodTotalsDto.of(range, now), previous: PeriodTotalsDto.of(before, then), top_clients, refusals };
  }

  private async topAccounts(top: UserSums[]): Promise<TopAccountDto[]> {
    const accounts = await this.reports.accountsOf(top.map((user) => user.user_id));
    const rows = top.flatMap(({ user_id, call_count, total_credits }) => {
      const account = accounts.get(user_id);
      return account ? [{ account_id: account.id, user_email: account.email, calls: call_count, credits: total_credits }] : [];
    });
    return rows.slice(0, TOP_MAX);
  }
}

const clientOf = ({ client_name, call_count, error_count }: ClientSums): TopClientDto => ({
  client_name,
  calls: call_count,
  errors: error_count,
});

function accountTotals(tiers: TierTotals[]): AccountTotalsDto {
  const total = sum(tiers, (tier) => tier.accounts);
  const active = sum(tiers, (tier) => tier.active);
  return { total, active, inactive: total - active, by_tier: tiers.map((tier) => TierAccountsDto.of(tier)) };
}

/** Every type of entry other than usage and expiry counts as granted. */
function creditTotals(tiers: TierTotals[], moved: Map<string, number>): CreditTotalsDto {
  const [used, expired] = [-(moved.get('usage') ?? 0), -(moved.get('allocation_expired') ?? 0)];
  const granted = sum([...moved.values()], (amount) => amount) + used + expired;
  return { granted, expired, used, balance: sum(tiers, (tier) => tier.balance), held: sum(tiers, (tier) => tier.held) };
}

function callTotals(tools: ToolSums[]): CallTotalsDto {
  const { calls, credits, dayCalls, dayCredits, successRate, avgLatencyMs } = usageTotals(tools);
  return {
    today: dayCalls,
    this_month: calls,
    credits_today: dayCredits,
    credits_this_month: credits,
    success_rate: successRate,
    avg_latency_ms: avgLatencyMs,
  };
}

/** Never −0, which JSON would not show but a comparison would. */
const sum = <T>(items: readonly T[], part: (item: T) => number): number => items.reduce((total, item) => total + part(item), 0);
