import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/sql.js';

/** The subscription that counts, as it is shown with an account. */
export interface ShownSubscription {
  id: string;
  status: string | null;
  currentPeriodEnd: Date | null;
  customerId: string | null;
}

/** Why an operator should look at an account: the reason, by what it is about. */
export type Flags = Record<string, string>;

/** What changes an account's row apart from its books; those are `CreditRepository`'s. */
@Injectable()
export class AccountRecordsRepository {
  async lock(tx: Transaction, id: number): Promise<void> {
    await tx.query('SELECT 1 FROM mcp.user_accounts WHERE id = $1 FOR UPDATE', [id]);
  }

  async setKey(
    tx: Transaction,
    userId: string,
    key: { id: string; prefix: string },
  ): Promise<{ id: number; before: string } | undefined> {
    const [row] = await tx.query<{ id: string; before: string }>(
      `UPDATE mcp.user_accounts a SET mcp_key_id = $2, mcp_key_prefix = $3, updated_at = now()
       FROM (SELECT id, mcp_key_prefix AS before FROM mcp.user_accounts WHERE user_id = $1 FOR UPDATE) AS old
       WHERE a.id = old.id RETURNING a.id, before`,
      [userId, key.id, key.prefix],
    );
    return row && { id: Number(row.id), before: row.before };
  }

  async setActive(tx: Transaction, id: number, isActive: boolean): Promise<{ before: boolean } | undefined> {
    const [row] = await tx.query<{ before: boolean }>(
      `UPDATE mcp.user_accounts a SET is_active = $2, updated_at = now()
       FROM (SELECT id, is_active AS before FROM mcp.user_accounts WHERE id = $1 FOR UPDATE) AS old
       WHERE a.id = old.id RETURNING before`,
      [id, isActive],
    );
    return row;
  }

  async end(tx: Transaction, userId: string, email: string): Promise<{ id: number; before: boolean } | undefined> {
    const [row] = await tx.query<{ id: string; before: boolean }>(
      `UPDATE mcp.user_accounts a SET is_active = false, user_email = $2, display_name = NULL, updated_at = now()
       FROM (SELECT id, is_active AS before FROM mcp.user_accounts WHERE user_id = $1 FOR UPDATE) AS old
       WHERE a.id = old.id RETURNING a.id, before`,
      [userId, email],
    );
    return row && { id: Number(row.id), before: row.before };
  }

  async flag(tx: Transaction, id: number, subject: string, reason: string): Promise<void> {
    await tx.query(
      `UPDATE mcp.user_accounts SET flags = coalesce(flags, '{}') || jsonb_build_object($2::text, $3::text), updated_at = mcp.ledger_time()
       WHERE id = $1`,
      [id, subject, reason],
    );
  }

  async unflag(tx: Transaction, id: number, subject: string): Promise<void> {
    await tx.query(
      `UPDATE mcp.user_accounts SET flags = nullif(flags - $2::text, '{}'), updated_at = mcp.ledger_time()
       WHERE id = $1 AND flags ? $2::text`,
      [id, subject],
    );
  }

  async clearFlags(tx: Transaction, id: number): Promise<{ before: Flags | null } | undefined> {
    const [row] = await tx.query<{ before: Flags | null }>(
      `UPDATE mcp.user_accounts a SET flags = NULL, updated_at = mcp.ledger_time()
       FROM (SELECT id, flags AS before FROM mcp.user_accounts WHERE id = $1 FOR UPDATE) AS old
       WHERE a.id = old.id RETURNING before`,
      [id],
    );
    return row;
  }

  async showSubscription(tx: Transaction, id: number, of: ShownSubscription): Promise<void> {
    await tx.query(
      `UPDATE mcp.user_accounts a SET
         stripe_subscription_id = $2, stripe_subscription_status = $3, stripe_current_period_end = $4,
         stripe_customer_id = coalesce(a.stripe_customer_id, (
           SELECT $5::text WHERE NOT EXISTS (SELECT 1 FROM mcp.user_accounts o WHERE o.stripe_customer_id = $5)
         )),
         updated_at = mcp.ledger_time()
       WHERE a.id = $1`,
      [id, of.id, of.status, of.currentPeriodEnd, of.customerId],
    );
  }
}
