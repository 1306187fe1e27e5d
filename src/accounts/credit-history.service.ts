import { Injectable } from '@nestjs/common';
import { CreditAudit } from '../credits/credit-audit.service.js';
import { piecesOf, type Table } from '../rest/export/table.js';
import type { PageQuery } from '../rest/page.dto.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountChangeDto, CreditEntryDto, ENTRY_COLUMNS, type CreditHistoryDto } from './credit-history.dto.js';

/** Entries of the ledger in a piece. */
const PIECE_ENTRIES = 2_000;

/** An account's ledger, as its user and operators see it. */
@Injectable()
export class CreditHistory {
  constructor(
    private readonly books: CreditAudit,
    private readonly accounts: AccountsRepository,
  ) {}

  /** A page, newest first, with the account's other changes. */
  async page(accountId: number, { page, page_size }: PageQuery): Promise<CreditHistoryDto> {
    const [{ entries, total }, changes, archived_before] = await Promise.all([
      this.books.entries(accountId, page_size, (page - 1) * page_size),
      this.accounts.findChanges(accountId),
      this.books.archivedBefore(accountId),
    ]);
    return {
      transactions: entries.map((entry) => CreditEntryDto.of(entry)),
      changes: changes.map((change) => AccountChangeDto.of(change)),
      archived_before,
      total,
      page,
      page_size,
    };
  }

  /** All of the ledger, newest first. */
  table(accountId: number): Table<CreditEntryDto> {
    const pieces = () =>
      piecesOf<CreditEntryDto>(PIECE_ENTRIES, async (last) => {
        const entries = await this.books.entriesBefore(accountId, last?.id, PIECE_ENTRIES);
        return entries.map((entry) => CreditEntryDto.of(entry));
      });
    return { name: `credits-${accountId}`, columns: ENTRY_COLUMNS, pieces };
  }
}
