import { afterAll, beforeAll, expect } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import Stripe from 'stripe';
import request from 'supertest';
import { AccountsModule } from '../../../src/accounts/accounts.module.js';
import type { Principal } from '../../../src/auth/access/principal.js';
import { BillingModule } from '../../../src/billing/billing.module.js';
import { BillingSweeper } from '../../../src/billing/billing-sweeper.service.js';
import { STRIPE_HTTP_CLIENT } from '../../../src/billing/stripe/stripe-client.js';
import { ClickHouseModule } from '../../../src/clickhouse/clickhouse.module.js';
import { CreditAudit } from '../../../src/credits/credit-audit.service.js';
import { CreditLedger } from '../../../src/credits/credit-ledger.service.js';
import { CreditLeases } from '../../../src/credits/leases/credit-leases.service.js';
import { UsageRecorder } from '../../../src/usage/recording/usage-recorder.service.js';
import { AccountsRest, type Enabled } from '../gateway/accounts-rest.js';
import { ledgerOf, type CallRig } from '../databases/credit-rig.js';
import { FakeStripe } from './fake-stripe.js';
import { startRestApp } from '../gateway/rest-app.js';
import type { TestEvent } from './stripe-events.js';
import { testConfig } from '../gateway/test-config.js';

export const WEBHOOK_SECRET = 'whsec_test_secret';

export const BILLING = {
  enabled: true,
  stripe_secret_key: 'sk_test_secret',
  stripe_webhook_secret: WEBHOOK_SECRET,
  success_url: 'https://portal.example.com/paid?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://portal.example.com/credits',
  credit_packs: [
    { id: 'small', name: '100 credits', credits: 100, unit_amount: 500, currency: 'usd' },
    { id: 'large', name: '1000 credits', credits: 1_000, price_id: 'price_large' },
  ],
  subscriptions: [
    { tier: 'pro', price_id: 'price_pro' },
    { tier: 'enterprise', price_id: 'price_enterprise' },
  ],
};

/** An account that has begun to buy something. */
export interface Buyer extends Enabled {
  user: Principal;
  sessionId: string;
  purchaseId: string;
}

/** Port 8000 with payments on real databases, with a Stripe in memory. */
export class BillingRest {
  /** What deliveries go to, in turn. */
  private readonly replicas: { url: string; app: NestExpressApplication }[] = [];
  private turn = 0;

  private constructor(
    readonly accounts: AccountsRest,
    readonly stripe: FakeStripe,
  ) {}

  static async start(billing: object = BILLING, settings: object = {}): Promise<BillingRest> {
    const stripe = new FakeStripe();
    const accounts = await AccountsRest.start(
      { billing, ...settings },
      [BillingModule],
      [{ provide: STRIPE_HTTP_CLIENT, value: stripe }],
    );
    const rest = new BillingRest(accounts, stripe);
    await rest.serve(accounts.app);
    return rest;
  }

  /** Another gateway on the same databases; deliveries alternate between all. */
  async addReplica(billing: object = BILLING): Promise<NestExpressApplication> {
    const urls = { database_url: this.accounts.database.url, clickhouse_url: this.accounts.clickhouse.url };
    const config = testConfig({ ...urls, billing });
    const fake = [{ provide: STRIPE_HTTP_CLIENT, value: this.stripe }];
    return this.serve(await startRestApp(config, [ClickHouseModule, AccountsModule, BillingModule], fake));
  }

  get ledger(): CreditLedger {
    return this.accounts.app.get(CreditLedger);
  }

  get calls(): CallRig {
    return { leases: this.accounts.app.get(CreditLeases), recorder: this.accounts.app.get(UsageRecorder) };
  }

  checkout(user: Principal, body: object) {
    return this.accounts.post(user, '/api/mcp/billing/checkout', body);
  }

  /** A new account that has opened the page to pay on. */
  async buyer(choice: object = { pack: 'small' }): Promise<Buyer> {
    const account = await this.accounts.newAccount();
    return { ...account, ...(await this.buy(account.user, choice)) };
  }

  async buy(user: Principal, choice: object): Promise<{ sessionId: string; purchaseId: string }> {
    const { body } = await this.checkout(user, choice).expect(200);
    const { session_id: sessionId } = body as { session_id: string };
    const [row] = await this.rows<{ id: string }>('SELECT id FROM mcp.billing_purchases WHERE session_id = $1', sessionId);
    return { sessionId, purchaseId: row!.id };
  }

  /** Sends an event as Stripe does; resolves with the status of the answer. */
  async deliver(event: TestEvent): Promise<number> {
    return (await this.post(JSON.stringify(event, null, 2))).status;
  }

  /** Sends a body, signed unless a signature is given. */
  post(payload: string, signature: string | undefined = sign(payload)) {
    const { url } = this.replicas[(this.turn += 1) % this.replicas.length]!;
    const post = request(url).post('/api/webhooks/stripe').set('Content-Type', 'application/json; charset=utf-8');
    return (signature === '' ? post : post.set('Stripe-Signature', signature)).send(payload);
  }

  async outcomes(event: TestEvent): Promise<string[]> {
    const rows = await this.rows<{ outcome: string }>('SELECT outcome FROM mcp.billing_events WHERE id = $1', event.id);
    return rows.map(({ outcome }) => outcome);
  }

  rows<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return this.accounts.database.dataSource.query<Row[]>(sql, values);
  }

  /** The account's ledger without its first allocation, as type and amount. */
  async bookings({ account }: { account: { id: number } }): Promise<[string | undefined, number][]> {
    const [, ...rows] = await ledgerOf(this.accounts.database, account.id);
    return rows.map(({ type, amount }) => [type, amount]);
  }

  /** What the account has of bought credits, what it owes, and why an operator should look at it. */
  async standing({ account }: { account: { id: number } }): Promise<{ purchased: number; debt: number; flags: string[] }> {
    const [row] = await this.rows<{ purchased: string; debt: string; flags: Record<string, string> | null }>(
      'SELECT purchased, debt, flags FROM mcp.accounts WHERE id = $1',
      account.id,
    );
    return { purchased: Number(row!.purchased), debt: Number(row!.debt), flags: Object.values(row!.flags ?? {}) };
  }

  async tier({ account }: { account: { id: number } }): Promise<string> {
    return (await this.ledger.balance(account.id)).tier;
  }

  sweep(): Promise<void> {
    return this.accounts.app.get(BillingSweeper).sweep();
  }

  audit() {
    return this.accounts.app.get(CreditAudit).audit();
  }

  async stop(): Promise<void> {
    for (const { app } of this.replicas.slice(1)) await app.close();
    await this.accounts.stop();
  }

  private async serve(app: NestExpressApplication): Promise<NestExpressApplication> {
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    this.replicas.push({ url: `http://127.0.0.1:${port}`, app });
    return app;
  }
}

/** For the tests of a block: payments on databases of their own, whose books agree when the last test is over. */
export function withBilling(use: (rest: BillingRest) => void): void {
  let rest: BillingRest;
  beforeAll(async () => use((rest = await BillingRest.start())));
  afterAll(async () => {
    expect(await rest.audit()).toMatchObject({ differenceCount: 0, differences: [] });
    await rest.stop();
  });
}

/** The library's own signature. */
export function sign(payload: string, options: { secret?: string; timestamp?: number } = {}): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET, ...options });
}
