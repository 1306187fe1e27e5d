import type { Account } from './accounts.repository.js';
import type { AccountLimit, IssuedAccountKey } from './accounts.service.js';

/** A user's MCP account. Source 002, `MCPAccountInfo`. */
export class AccountInfoDto {
  id!: number;
  user_email!: string;
  display_name!: string | null;
  /** First 12 characters of the account's key. */
  mcp_key_prefix!: string;
  /** Credits left of this month's allocation, plus purchased credits. */
  credits_balance!: number;
  /** What is left of the month's allocation; spent first. */
  credits_allocation!: number;
  /** Bought or granted credits; they do not expire. */
  credits_purchased!: number;
  /** Reserved by running calls. */
  credits_held!: number;
  /**
   * Credits owed, since their payment was refunded or disputed after they were spent. The next credits bought or granted
   * pay it first.
   */
  credits_debt!: number;
  credits_tier!: string;
  /** Credits a month; unused ones do not carry over. */
  credits_monthly_allocation!: number;
  /** False: an admin has switched the account off, and its user's keys are refused. */
  is_active!: boolean;
  /** Last use of the account's key, or last charged call with any key; up to ten seconds late. */
  last_connected_at!: Date | null;
  /**
   * The user's calls, as history and the summary count them: free and failed ones too, with any key or login; without those that were
   * refused. A call counts once it is in the history, some seconds after its answer. Calls from before the upgrade to this way of
   * counting are in it only if they had a price.
   */
  total_tool_calls!: number;
  /** Credits charged for calls since the account was opened, as in the ledger. */
  total_credits_used!: number;
  stripe_subscription_status!: string | null;
  created_at!: Date;

  static of(account: Account): AccountInfoDto {
    return {
      id: account.id,
      user_email: account.email,
      display_name: account.displayName,
      mcp_key_prefix: account.keyPrefix,
      credits_balance: account.balance,
      credits_allocation: account.allocation,
      credits_purchased: account.purchased,
      credits_held: account.held,
      credits_debt: account.debt,
      credits_tier: account.tier,
      credits_monthly_allocation: account.monthlyAllocation,
      is_active: account.isActive,
      last_connected_at: account.lastConnectedAt,
      total_tool_calls: account.totalToolCalls,
      total_credits_used: account.totalCreditsUsed,
      stripe_subscription_status: account.subscriptionStatus,
      created_at: account.createdAt,
    };
  }
}

/** What is left of an hourly limit. */
export class LimitDto {
  /** What counts: requests with the login, with the account's key, or with all of the user's API keys together. */
  of!: AccountLimit['of'];
  /** Requests an hour. */
  limit!: number;
  remaining_this_hour!: number;
  /** When the hour is over and all requests are there again; null: none has been counted yet. */
  resets_at!: Date | null;

  static from({ of, limit, remaining, resetAtSeconds }: AccountLimit): LimitDto {
    const resets_at = resetAtSeconds === null ? null : new Date(1_000 * resetAtSeconds);
    return { of, limit, remaining_this_hour: remaining, resets_at };
  }
}

/** The caller's own account. */
export class OwnAccountDto extends AccountInfoDto {
  /** The limits that there are: an admin's login has none. */
  limits!: LimitDto[];

  static with(account: Account, limits: AccountLimit[]): OwnAccountDto {
    return { ...AccountInfoDto.of(account), limits: limits.map((limit) => LimitDto.from(limit)) };
  }
}

/** A new account, with its whole key, which is shown only here. */
export class EnabledAccountDto {
  success!: boolean;
  message!: string;
  /** The whole key. Keep it: it cannot be shown again. */
  mcp_api_key!: string;
  account!: AccountInfoDto;

  static of({ account, key }: { account: Account; key: IssuedAccountKey }): EnabledAccountDto {
    const message = "MCP enabled successfully! Store your API key securely - it won't be shown again.";
    return { success: true, message, mcp_api_key: key.token, account: AccountInfoDto.of(account) };
  }
}

/** A new key of an account, shown whole only here. */
export class RegeneratedKeyDto {
  success!: boolean;
  message!: string;
  /** The whole key. Keep it: it cannot be shown again. */
  mcp_api_key!: string;
  /** Its first 12 characters. */
  mcp_key_prefix!: string;

  static of({ token, prefix }: IssuedAccountKey): RegeneratedKeyDto {
    const message = "MCP API key regenerated successfully! Store it securely - it won't be shown again.";
    return { success: true, message, mcp_api_key: token, mcp_key_prefix: prefix };
  }
}
