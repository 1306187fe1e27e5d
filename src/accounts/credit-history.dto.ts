import { IsFormat, type Format } from '../rest/export/export-format.js';
import { PageQuery } from '../rest/page.dto.js';
import type { LedgerEntry } from '../credits/credit-audit.service.js';
import type { AccountChange } from './accounts.repository.js';

/** A page of a ledger, or all of it. */
export class CreditHistoryQuery extends PageQuery {
  /** `csv` or `ndjson`: a file with all transactions, whatever the page; `json`: a page. Also by `Accept`. */
  @IsFormat()
  format?: Format;
}

/** A ledger entry of an account. */
export class CreditEntryDto {
  id!: number;
  /** E.g. `monthly_refill`, `allocation_expired`, `usage`, `grant`, `tier_change`, `debt_paid`. */
  transaction_type!: string;
  /** Signed. */
  amount!: number;
  balance_before!: number;
  balance_after!: number;
  /** Credits added to what the account owes; negative: paid of it. */
  debt_amount!: number;
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
      debt_amount: entry.debt,
      reference_type: entry.referenceType,
      reference_id: entry.referenceId,
      description: entry.description,
      created_by: entry.createdBy,
      created_at: entry.createdAt,
    };
  }
}

/** Of the file. */
export const ENTRY_COLUMNS = [
  'id',
  'created_at',
  'transaction_type',
  'amount',
  'balance_before',
  'balance_after',
  'debt_amount',
  'reference_type',
  'reference_id',
  'description',
  'created_by',
] as const satisfies (keyof CreditEntryDto)[];

/** A change of an account that moved no credits. */
export class AccountChangeDto {
  kind!: 'active' | 'tier' | 'key' | 'flag';
  before!: string;
  after!: string;
  /** E-mail of whoever made it. */
  changed_by!: string;
  created_at!: Date;

  static of({ kind, before, after, changedBy, createdAt }: AccountChange): AccountChangeDto {
    return { kind, before, after, changed_by: changedBy, created_at: createdAt };
  }
}

/** A page of an account's ledger, with the account's other changes. */
export class CreditHistoryDto {
  /** Newest first. */
  transactions!: CreditEntryDto[];
  /** Newest first, at most 100, the same on every page. */
  changes!: AccountChangeDto[];
  /** Charges of calls before this moment have gone to the operator's archive and are not listed; null: all are. */
  archived_before!: Date | null;
  /** Number of transactions on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
