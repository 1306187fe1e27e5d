import type { Account } from './accounts.repository.js';
import type { IssuedAccountKey } from './accounts.service.js';

/** A user's MCP account. Source 002, `MCPAccountInfo`. */
export class AccountInfoDto {
  id!: number;
  user_email!: string;
  display_name!: string | null;
  /** First 12 characters of the account's key. */
  mcp_key_prefix!: string;
  /** Credits left of this month's allocation, plus purchased credits. */
  credits_balance!: number;
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
  /** Calls settled since the account was opened. */
  total_tool_calls!: number;
  /** Credits charged for them, as in the ledger. */
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
