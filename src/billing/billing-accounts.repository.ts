import { Injectable } from '@nestjs/common';
import { Postgres } from '../database/postgres.js';
import type { Transaction } from '../database/sql.js';

/** The account data that payments need, from the view `mcp.accounts`. They change accounts through `AccountRecords`. */
@Injectable()
export class BillingAccountsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Returns undefined when Stripe does not know this account yet. */
  async findCustomer(accountId: number): Promise<string | undefined> {
    const [row] = await this.postgres.query<{ customer: string | null }>(
      'SELECT customer_id AS customer FROM mcp.accounts WHERE id = $1',
      [accountId],
    );
    return row?.customer ?? undefined;
  }

  /** The same by user; undefined also for a user without an account. */
  async findCustomerOf(userId: string): Promise<string | undefined> {
    const [row] = await this.postgres.query<{ customer: string | null }>(
      'SELECT customer_id AS customer FROM mcp.accounts WHERE user_id = $1',
      [userId],
    );
    return row?.customer ?? undefined;
  }

  /** The caller holds the account's lock. */
  async currentTier(tx: Transaction, accountId: number): Promise<string> {
    const [row] = await tx.query<{ tier: string }>('SELECT tier FROM mcp.accounts WHERE id = $1', [accountId]);
    return row!.tier;
  }
}
