import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** All SQL of the `stripe_` columns of `mcp.user_accounts`, and the account data that payments need. */
@Injectable()
export class BillingAccountsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Returns undefined when Stripe does not know this account yet. */
  async findCustomer(accountId: number): Promise<string | undefined> {
    const [row] = await this.dataSource.query<{ customer: string | null }[]>(
      'SELECT stripe_customer_id AS customer FROM mcp.user_accounts WHERE id = $1',
      [accountId],
    );
    return row?.customer ?? undefined;
  }

  /** The caller holds the account's lock. */
  async tierOf(manager: EntityManager, accountId: number): Promise<string> {
    const [row] = await manager.query<{ tier: string }[]>('SELECT credits_tier AS tier FROM mcp.user_accounts WHERE id = $1', [
      accountId,
    ]);
    return row!.tier;
  }

  /** Purchased credits that no call has reserved. The caller holds the account's lock. */
  async takeable(manager: EntityManager, accountId: number): Promise<number> {
    const [row] = await manager.query<{ credits: string }[]>(
      'SELECT least(credits_purchased, credits_balance - credits_held) AS credits FROM mcp.user_accounts WHERE id = $1',
      [accountId],
    );
    return Number(row!.credits);
  }

  /**
   * Stores the subscription to show on the account: the one that goes on, of several the newest. The account keeps
   * its first Stripe customer, and a customer belongs to one account.
   */
  async showSubscription(manager: EntityManager, accountId: number): Promise<void> {
    await manager.query(
      `UPDATE mcp.user_accounts a SET
         stripe_subscription_id = s.id, stripe_subscription_status = s.status, stripe_current_period_end = s.current_period_end,
         stripe_customer_id = coalesce(a.stripe_customer_id, (
           SELECT s.customer_id WHERE NOT EXISTS (SELECT 1 FROM mcp.user_accounts o WHERE o.stripe_customer_id = s.customer_id)
         )),
         updated_at = mcp.ledger_time()
       FROM (
         SELECT * FROM mcp.billing_subscriptions WHERE account_id = $1 ORDER BY is_over, created_at DESC, id DESC LIMIT 1
       ) s
       WHERE a.id = $1`,
      [accountId],
    );
  }
}
