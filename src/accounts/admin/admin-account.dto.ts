import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min, NotEquals } from 'class-validator';
import { PageQuery } from '../../rest/page.dto.js';
import type { LedgerEntry } from '../../credits/credit-audit.service.js';
import { SORT_COLUMNS, type SortColumn } from './account-reports.repository.js';
import { AccountInfoDto } from '../account.dto.js';
import type { Account, AccountChange } from '../accounts.repository.js';

/** As in the ledger: far from where sums would become inexact. */
const AMOUNT_MAX = 1_000_000_000;
/** No control characters: reasons are shown in lists and terminals. */
const PRINTABLE = /^\P{Cc}*$/u;

const Trimmed = () => Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** Which account. */
export class AccountParams {
  @Max(Number.MAX_SAFE_INTEGER)
  @Min(1)
  @IsInt()
  @Type(() => Number)
  id!: number;
}

/** Which accounts to list, and in which order. */
export class AccountsQuery extends PageQuery {
  /** Part of the e-mail or the display name, in any case. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  search?: string;

  /** Only accounts of this tier. */
  @Length(1, 32)
  @IsString()
  @IsOptional()
  tier?: string;

  /** Only accounts that are switched on, or off. */
  @Transform(({ value }) => ({ true: true, false: false })[String(value)] ?? (value as unknown))
  @IsBoolean()
  @IsOptional()
  is_active?: boolean;

  @IsIn(Object.keys(SORT_COLUMNS))
  @IsOptional()
  sort_by: SortColumn = 'created_at';

  @IsIn(['asc', 'desc'])
  @IsOptional()
  sort_order: 'asc' | 'desc' = 'desc';
}

/** Credits to give to an account. */
export class AddCreditsDto {
  /** Whole credits, at most a billion. Negative: a correction, which takes at most what no call holds. */
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

  /** Names what the credits are for, e.g. a ticket: the same reference is booked once, however often it is sent. */
  @Matches(PRINTABLE, { message: 'reference must not contain control characters' })
  @Length(1, 200)
  @IsString()
  @Trimmed()
  @IsOptional()
  reference?: string;
}

/** What a gift of credits came to. */
export class AddedCreditsDto {
  success!: boolean;
  message!: string;
  /** False: this reference was booked before, and nothing has changed. */
  booked!: boolean;
  credits_balance!: number;
  /** The balance without what calls under way hold. */
  credits_available!: number;
}

/** The tier an account is to have. */
export class ChangeTierDto {
  /** One of the configured `tiers`. A larger allocation counts at once, a smaller one from the next month. */
  @Length(1, 32)
  @IsString()
  tier!: string;
}

/** Whether an account is to work. */
export class ChangeActiveDto {
  /** False: every key of its user is refused at once, until it is true again. */
  @IsBoolean()
  is_active!: boolean;
}

/** An account, as an operator sees it. */
export class AdminAccountDto extends AccountInfoDto {
  user_id!: string;
  /** What is left of the month's allocation; spent first. */
  credits_allocation!: number;
  /** Bought or granted credits; they do not expire. */
  credits_purchased!: number;
  /** Reserved by calls under way. */
  credits_held!: number;
  updated_at!: Date;

  static override of(account: Account): AdminAccountDto {
    return {
      ...AccountInfoDto.of(account),
      user_id: account.userId,
      credits_allocation: account.allocation,
      credits_purchased: account.purchased,
      credits_held: account.held,
      updated_at: account.updatedAt,
    };
  }
}

/** A page of accounts. */
export class AccountListDto {
  accounts!: AdminAccountDto[];
  /** Accounts on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}

/** A movement of an account's credits. */
export class CreditEntryDto {
  id!: number;
  /** E.g. `monthly_refill`, `allocation_expired`, `usage`, `grant`, `tier_change`. */
  transaction_type!: string;
  /** Signed. */
  amount!: number;
  balance_before!: number;
  balance_after!: number;
  reference_type!: string | null;
  /** For `usage`: the id of the call. */
  reference_id!: string | null;
  description!: string | null;
  /** An admin's e-mail, or `system`. */
  created_by!: string;
  created_at!: Date;

  static of(entry: LedgerEntry): CreditEntryDto {
    return {
      id: entry.id,
      transaction_type: entry.type,
      amount: entry.amount,
      balance_before: entry.before,
      balance_after: entry.after,
      reference_type: entry.referenceType,
      reference_id: entry.referenceId,
      description: entry.description,
      created_by: entry.createdBy,
      created_at: entry.createdAt,
    };
  }
}

/** Something done to an account that moved no credits. */
export class AccountChangeDto {
  kind!: 'active' | 'tier' | 'key';
  before!: string;
  after!: string;
  /** E-mail of who did it. */
  changed_by!: string;
  created_at!: Date;

  static of({ kind, before, after, changedBy, createdAt }: AccountChange): AccountChangeDto {
    return { kind, before, after, changed_by: changedBy, created_at: createdAt };
  }
}

/** A page of an account's ledger, and what else was done to it. */
export class CreditHistoryDto {
  /** Newest first. */
  transactions!: CreditEntryDto[];
  /** Newest first, at most 100, whatever the page. */
  changes!: AccountChangeDto[];
  /** Transactions on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
