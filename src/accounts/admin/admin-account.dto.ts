import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUUID, Length, Matches, Max, Min, NotEquals } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { PRINTABLE, Trimmed } from '../../rest/dto-fields.js';
import { PageQuery } from '../../rest/page.dto.js';
import { SORT_COLUMNS, type SortColumn } from './account-reports.repository.js';
import { AccountInfoDto } from '../account.dto.js';
import type { Account } from '../accounts.repository.js';

/** The ledger's own bound; sums stay far below where numbers become inexact. */
const AMOUNT_MAX = 1_000_000_000;

/** The account in the path. */
export class AccountParams {
  @Max(Number.MAX_SAFE_INTEGER)
  @Min(1)
  @IsInt()
  id!: number;
}

/** Filters and order of the account list. */
export class AccountsQuery extends PageQuery {
  /** Part of the e-mail or the display name, case-insensitive. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  search?: string;

  /** Only accounts of this tier. */
  @Length(1, 32)
  @IsString()
  @IsOptional()
  tier?: string;

  /** Only active accounts, or only inactive ones. */
  @IsBoolean()
  @IsOptional()
  is_active?: boolean;

  /** Only accounts with a reason for an operator to look at them, or only those without. */
  @IsBoolean()
  @IsOptional()
  is_flagged?: boolean;

  @IsIn(Object.keys(SORT_COLUMNS))
  @IsOptional()
  sort_by: SortColumn = 'created_at';

  @IsIn(['asc', 'desc'])
  @IsOptional()
  sort_order: 'asc' | 'desc' = 'desc';
}

/** Whose account to open. */
@BodyExample<OpenAccountDto>({ user_id: '7d7a3f2e-8f2b-4c59-9f0c-0d6f3c1d2b4a' })
export class OpenAccountDto {
  /** A user without an account. */
  @IsUUID()
  user_id!: string;
}

/** Credits to add to an account. */
@BodyExample<AddCreditsDto>({ amount: 100, reason: 'Goodwill', reference: 'ticket-1234' })
export class AddCreditsDto {
  /** Whole credits, at most a billion. Negative: a correction, limited to credits that no running call has reserved. */
  @Max(AMOUNT_MAX)
  @Min(-AMOUNT_MAX)
  @NotEquals(0)
  @IsInt()
  amount!: number;

  /** Shown in the account's history, 1 to 500 characters. */
  @Matches(PRINTABLE, { message: 'reason must not contain control characters' })
  @Length(1, 500)
  @IsString()
  @Trimmed()
  reason!: string;

  /**
   * Identifies what the credits are for, e.g. a ticket. The same reference is booked once in an account, however often
   * it is sent; with another amount it is refused.
   */
  @Matches(PRINTABLE, { message: 'reference must not contain control characters' })
  @Length(1, 200)
  @IsString()
  @Trimmed()
  @IsOptional()
  reference?: string;
}

/** The result of adding credits. */
export class AddedCreditsDto {
  success!: boolean;
  message!: string;
  /** False: this reference was booked before; nothing has changed. */
  booked!: boolean;
  credits_balance!: number;
  /** The balance minus what running calls have reserved. */
  credits_available!: number;
  /** What the account still owes; added credits pay it first. */
  credits_debt!: number;
}

/** The account's new tier. */
@BodyExample<ChangeTierDto>({ tier: 'free' })
export class ChangeTierDto {
  /** One of the configured `tiers`. A larger allocation applies at once, a smaller one from next month. */
  @Length(1, 32)
  @IsString()
  tier!: string;
}

/** Switches an account on or off. */
@BodyExample<ChangeActiveDto>({ is_active: true })
export class ChangeActiveDto {
  /** False: every key of the account's user is refused until it is true again. */
  @IsBoolean()
  is_active!: boolean;
}

/** An account, for operators. */
export class AdminAccountDto extends AccountInfoDto {
  user_id!: string;
  /** Why an operator should look at the account, e.g. a payment disputed. */
  flags!: string[];
  updated_at!: Date;

  static override of(account: Account): AdminAccountDto {
    return {
      ...AccountInfoDto.of(account),
      user_id: account.userId,
      flags: Object.values(account.flags ?? {}),
      updated_at: account.updatedAt,
    };
  }
}

/** A page of accounts. */
export class AccountListDto {
  accounts!: AdminAccountDto[];
  /** Number of accounts on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
