import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** Which days to compare. */
export class IntegrityQuery {
  /** How many days, today (UTC) included: 1 to 366. */
  @Max(366)
  @Min(1)
  @IsInt()
  @Type(() => Number)
  @IsOptional()
  days: number = 31;
}

/** Two numbers of an account that should be one. */
export class AccountDifferenceDto {
  account_id!: number;
  /** E.g. `balance`: the account's own number against its ledger's sum. */
  check!: string;
  expected!: number;
  actual!: number;
  /** Actual − expected. */
  difference!: number;
}

/** PostgreSQL's books, each account's row against its ledger and its holds. Pairs of totals must be equal. */
export class LedgerIntegrityDto {
  accounts!: number;
  /** What accounts have by their own rows, and by their ledger. */
  credits_balance!: number;
  ledger_balance!: number;
  /** What calls under way hold by the accounts' rows, and by the holds. */
  credits_held!: number;
  open_holds!: number;
  /** What calls were charged by their holds, and by the ledger. */
  captured!: number;
  charged!: number;
  difference_count!: number;
  /** The first thousand, by account. */
  differences!: AccountDifferenceDto[];
}

/** What calls of a day were charged, in each place that knows. */
export class DayIntegrityDto {
  /** `YYYY-MM-DD`, UTC: when the calls were admitted. */
  date!: string;
  /** By the ledger. */
  captured!: number;
  /** By the rows of `mcp_tool_usage_log`, each once. */
  usage_log!: number;
  /** By the hourly rollup. */
  rollup!: number;
  /** By rows on their way to ClickHouse. */
  pending!: number;
  /** By rows ClickHouse cannot accept, set aside in `mcp.usage_rejected`. */
  rejected!: number;
  /** Captured − usage_log − pending − rejected. Must be 0. */
  difference!: number;
  /** Usage_log − rollup. Must be 0. */
  rollup_difference!: number;
}

/** The ledger against ClickHouse. */
export class UsageIntegrityDto {
  /** First day, `YYYY-MM-DD`, UTC. */
  compared_from!: string;
  /**
   * Calls admitted before this moment are compared. It is now, unless calls are charged or delivered all the time: then
   * it is the last full hour whose calls have all arrived.
   */
  compared_until!: Date;
  /** Days on which anything was charged, oldest first. */
  days!: DayIntegrityDto[];
  /** Sums of the differences' sizes; must be 0. */
  total_difference!: number;
  total_rollup_difference!: number;
}

/** Whether all books agree. */
export class IntegrityDto {
  /** Nothing differs. */
  ok!: boolean;
  checked_at!: Date;
  ledger!: LedgerIntegrityDto;
  usage!: UsageIntegrityDto;
}
