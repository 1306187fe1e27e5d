import { Injectable } from '@nestjs/common';
import { Postgres } from '../database/postgres.js';
import type { Transaction } from '../database/sql.js';

/** What payments must know of an account, from the view `mcp.accounts`. What they change of one is `AccountRecords`. */
@Injectable()
export class BillingAccountsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Undefined: Stripe does not know this account yet. */
  async findCustomer(accountId: number): Promise<string | undefined> {
    const [row] = await this.postgres.query<{ customer: string | null }>(
      'SELECT customer_id AS customer FROM mcp.accounts WHERE id = $1',
      [accountId],
    );
    return row?.customer ?? undefined;
  }

  /** Under the lock of the account. */
  async tierOf(tx: Transaction, accountId: number): Promise<string> {
    const [row] = await tx.query<{ tier: string }>('SELECT tier FROM mcp.accounts WHERE id = $1', [accountId]);
    return row!.tier;
  }

  /** Purchased credits that no call holds; under the lock of the account. */
  async takeable(tx: Transaction, accountId: number): Promise<number> {
    const [row] = await tx.query<{ credits: string }>(
      'SELECT least(purchased, balance - held) AS credits FROM mcp.accounts WHERE id = $1',
      [accountId],
    );
    return Number(row!.credits);
  }
}
