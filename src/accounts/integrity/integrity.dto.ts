import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** The days to compare. */
export class IntegrityQuery {
  /** Number of days, today (UTC) included: 1 to 366. */
  @Max(366)
  @Min(1)
  @IsInt()
  @IsOptional()
  days: number = 31;
}

/** Two figures of an account that should be equal. */
export class AccountDifferenceDto {
  account_id!: number;
  /** E.g. `balance`: the account's own figure against the sum of its ledger. */
  check!: string;
  expected!: number;
  actual!: number;
  /** Actual − expected. */
  difference!: number;
}

/** PostgreSQL's books: each account's row against its ledger and its leases. The figures of a pair must be equal. */
export class LedgerIntegrityDto {
  accounts!: number;
  /** Balances by the accounts' rows, and by the ledger. */
  credits_balance!: number;
  ledger_balance!: number;
  /** Credits leased to calls, by the accounts' rows and by the leases. */
  credits_held!: number;
  open_holds!: number;
  /** Credits charged for calls, by their own rows and by the ledger. */
  captured!: number;
  charged!: number;
  /** Charged, and not in the ledger yet: within a second. */
  unposted!: number;
  /** Of calls that were served although the gateway had lost what it held for them, and whose account could not pay. */
  uncharged!: number;
  difference_count!: number;
  /** The first 1000, by account. */
  differences!: AccountDifferenceDto[];
}

/** Credits charged for a day's calls, as each store has them. */
export class DayIntegrityDto {
  /** `YYYY-MM-DD`, UTC: when the calls were admitted. */
  date!: string;
  /** In the ledger. */
  captured!: number;
  /** In the rows of `mcp_tool_usage_log`, each counted once. */
  usage_log!: number;
  /** In the hourly rollup. */
  rollup!: number;
  /** In rows on their way to ClickHouse. */
  pending!: number;
  /** In rows that ClickHouse cannot accept, kept in `mcp.usage_rejected`. */
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
   * Only calls admitted before this moment are compared. It is now, unless calls are charged or delivered all the
   * time: then it is the last full hour whose calls have all arrived.
   */
  compared_until!: Date;
  /** Days with charges, oldest first. */
  days!: DayIntegrityDto[];
  /** Sums of the absolute differences; must be 0. */
  total_difference!: number;
  total_rollup_difference!: number;
  /** When ClickHouse was last asked whether it has all that it was given, and had it or got it again; null: not yet. */
  verified_at!: Date | null;
  /** Calls that ClickHouse had lost and was sent again, for all time. */
  healed!: number;
  /** Calls that it has lost and PostgreSQL no longer has, for all time. */
  lost!: number;
  /** Calls that it has beyond what it was given, for all time. */
  surplus!: number;
}

/** The result of comparing all books. */
export class IntegrityDto {
  /** True when nothing differs. */
  ok!: boolean;
  checked_at!: Date;
  ledger!: LedgerIntegrityDto;
  usage!: UsageIntegrityDto;
}
