import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { SystemClock, type Clock } from '../../../src/common/clock.js';
import { CreditAudit } from '../../../src/credits/credit-audit.service.js';
import { CreditAuditRepository } from '../../../src/credits/credit-audit.repository.js';
import { BudgetsRepository } from '../../../src/credits/budgets/budgets.repository.js';
import { CreditBudgets } from '../../../src/credits/budgets/credit-budgets.service.js';
import { CreditLedger } from '../../../src/credits/credit-ledger.service.js';
import { CreditRepository } from '../../../src/credits/credit.repository.js';
import { CreditSweeper } from '../../../src/credits/credit-sweeper.service.js';
import { Reservation, type Refusal } from '../../../src/credits/leases/account-lease.js';
import { CallCharge } from '../../../src/credits/leases/call-charge.js';
import { CreditLeases } from '../../../src/credits/leases/credit-leases.service.js';
import { LeaseUpkeep } from '../../../src/credits/leases/lease-upkeep.service.js';
import { LeasesRepository } from '../../../src/credits/leases/leases.repository.js';
import { CreditPosting } from '../../../src/credits/posting/credit-posting.service.js';
import { Tariff } from '../../../src/tariff/tariff.js';
import type { Postgres } from '../../../src/database/postgres.js';
import { Replica } from '../../../src/usage/recording/replica.service.js';
import { ReplicasRepository } from '../../../src/usage/recording/replicas.repository.js';
import { UsageOutboxRepository } from '../../../src/usage/recording/usage-outbox.repository.js';
import { UsageRecorder } from '../../../src/usage/recording/usage-recorder.service.js';
import { testConfig } from '../gateway/test-config.js';
import { openPostgres, type TestDatabase } from './test-database.js';
import { anEvent } from './usage-rig.js';

/**
 * One replica's credits room, wired by hand. Its timers do not run: a test sweeps with `sweeper.sweep()`, posts with `posting.post()`,
 * and keeps leases up, and hears of other replicas, once it has started `upkeep`.
 */
export function creditRig(
  postgres: Postgres,
  tiers: Record<string, number> = { free: 50, pro: 500, enterprise: 5_000 },
  leaseSeconds = 60,
  clock: Clock = new SystemClock(),
) {
  const config = testConfig({ tiers, credits: { lease_seconds: leaseSeconds } });
  const tariff = new Tariff(config);
  const repository = new CreditRepository(postgres);
  const replicas = new ReplicasRepository(postgres);
  const replica = new Replica(replicas, config);
  const outbox = new UsageOutboxRepository(postgres);
  const recorder = new UsageRecorder(outbox, replicas, replica);
  const leasesRepository = new LeasesRepository(postgres);
  const leases = new CreditLeases(leasesRepository, recorder, replica, tariff, clock);
  const budgetsRepository = new BudgetsRepository(postgres);
  const posting = new CreditPosting(postgres);
  return {
    postgres,
    replica,
    recorder,
    leases,
    budgetsRepository,
    budgets: new CreditBudgets(budgetsRepository, replica, clock),
    leasesRepository,
    outbox,
    posting,
    ledger: new CreditLedger(repository, leases, config, tariff),
    upkeep: new LeaseUpkeep(leases, replica, postgres, clock),
    sweeper: new CreditSweeper(repository, leasesRepository, tariff),
    audit: new CreditAudit(new CreditAuditRepository(postgres), posting),
  };
}

export type CreditRig = ReturnType<typeof creditRig>;

/** Replicas with connections of their own. */
export async function creditReplicas(url: string, count: number): Promise<{ rigs: CreditRig[]; close: () => Promise<void> }> {
  const doors = await Promise.all(Array.from({ length: count }, () => openPostgres(url)));
  const close = async () => {
    for (const door of doors) await door.close();
  };
  return { rigs: doors.map(({ postgres }) => creditRig(postgres)), close };
}

/** A new user with a key and an account of the free tier. */
export async function openAccount({ postgres, ledger }: CreditRig, tier = 'free'): Promise<number> {
  const name = `user-${randomBytes(6).toString('hex')}`;
  return postgres.transaction(async (tx) => {
    const [user] = await tx.query<{ id: string }>(
      `INSERT INTO mcp.users (username, email, password_hash) VALUES ($1, $1 || '@example.com', 'none') RETURNING id`,
      [name],
    );
    const [key] = await tx.query<{ id: string }>(
      `INSERT INTO mcp.api_keys (token_id, hmac, prefix, user_id, name, scopes)
       VALUES ($1, $2, 'mcp_12345678', $3, 'account', '{tools:call}') RETURNING id`,
      [name, randomBytes(32), user!.id],
    );
    const account = {
      userId: user!.id,
      email: `${name}@example.com`,
      displayName: null,
      keyId: key!.id,
      keyPrefix: 'mcp_12345678',
      tier,
    };
    return (await ledger.open(tx, account))!;
  });
}

/** An account with exactly so many credits, 50 of them (or fewer) its allocation. */
export async function accountWith(rig: CreditRig, credits: number): Promise<number> {
  const accountId = await openAccount(rig);
  if (credits !== 50) await rig.ledger.grant({ accountId, amount: credits - 50, reason: 'test', by: 'test' });
  return accountId;
}

/** Reserves and charges one call; resolves with what it was charged, undefined when it was refused. */
export async function call(rig: CallRig, accountId: number, price: number): Promise<number | undefined> {
  const reservation = await reserve(rig, accountId, price);
  return reservation instanceof Reservation ? (await charge(rig, reservation, price)).charged : undefined;
}

export async function reserve({ leases }: CallRig, accountId: number, amount: number): Promise<Reservation | Refusal> {
  return leases.reserve(accountId, amount);
}

/** What calls of a replica are paid with. */
export type CallRig = Pick<CreditRig, 'leases' | 'recorder'>;

/** A call that may run. @throws Error for one that is refused */
export async function begun(rig: CallRig, accountId: number, amount: number): Promise<Reservation> {
  const reservation = await reserve(rig, accountId, amount);
  if (!(reservation instanceof Reservation)) throw new Error(`Refused: ${JSON.stringify(reservation)}`);
  return reservation;
}

/** Ends a call, as `ToolMeter` does: records its event, with what it charges. */
export async function charge({ leases, recorder }: CallRig, reservation: Reservation, amount: number, id: string = randomUUID()) {
  const leased = new CallCharge(leases, reservation, amount);
  try {
    const { accountId } = leased;
    const asked = !leases.isKnown(accountId) ? { accountId } : {};
    const read = await recorder.record(
      anEvent({ id, credits_cost: reservation.amount, credits_charged: amount, created_at: new Date(reservation.startedAt) }),
      {
        charge: leased,
        ...asked,
      },
    );
    leased.recorded();
    return { charged: leased.amount, remaining: leases.remaining(accountId, read) };
  } catch (error) {
    leased.lost();
    throw error;
  }
}

/** Another replica finds this one silent for its whole term, twice, and closes it; it has not heard of that. */
export async function closeSilent(rig: CreditRig, by: CreditRig): Promise<void> {
  const id = await rig.replica.open();
  await by.postgres.query('UPDATE mcp.replicas SET expires_at = mcp.ledger_time() WHERE id = $1', [id]);
  for (let time = 0; time < 2; time += 1) await by.sweeper.sweep();
}

/** What replicas hold of the account, as it is in PostgreSQL. Nothing is asked for. */
export async function heldOf({ postgres }: Pick<CreditRig, 'postgres'>, accountId: number): Promise<number> {
  const rows = await postgres.query<{ held: number }>('SELECT held::int FROM mcp.accounts WHERE id = $1', [accountId]);
  return rows[0]!.held;
}

/** Moves the ledger's clock in this database to a moment, from where it goes on. */
export async function setLedgerTime({ postgres }: Pick<CreditRig, 'postgres'>, at: string): Promise<void> {
  const aheadMs = Date.parse(at) - Date.now();
  await postgres.query(
    `CREATE OR REPLACE FUNCTION mcp.ledger_time() RETURNS timestamptz LANGUAGE sql VOLATILE
     AS $$ SELECT clock_timestamp() + ${aheadMs} * interval '1 ms' $$`,
  );
}

/** The account's ledger, oldest first. */
export async function ledgerOf({ postgres }: Pick<CreditRig, 'postgres'>, accountId: number) {
  await new CreditPosting(postgres).post();
  const rows = await postgres.query<Record<string, string>>(
    'SELECT * FROM mcp.credit_ledger WHERE user_account_id = $1 ORDER BY id',
    [accountId],
  );
  return rows.map((row) => ({
    type: row['transaction_type'],
    amount: Number(row['amount']),
    before: Number(row['balance_before']),
    after: Number(row['balance_after']),
    allocation: Number(row['allocation_amount']),
    purchased: Number(row['purchased_amount']),
    reference: row['reference_id'],
    description: row['description'],
    by: row['created_by'],
  }));
}

/** Usage events that are committed, in order. */
export async function outboxOf({ postgres }: Pick<CreditRig, 'postgres'>) {
  const rows = await postgres.query<{ body: string }>('SELECT body FROM mcp.usage_outbox ORDER BY tx, seq');
  return rows.map(({ body }) => JSON.parse(body) as { id: string; credits_charged: number; error_code: string });
}

/** Holds the account's row, so that whatever needs it waits until `release`. */
export async function lockAccount({ url }: TestDatabase, accountId: number): Promise<{ release: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM mcp.user_accounts WHERE id = $1 FOR UPDATE', [accountId]);
  const release = async () => {
    await client.query('COMMIT');
    await client.end();
  };
  return { release };
}

/** Usage events are not appended until `release`, but wait in the middle of it. */
export async function blockAppends({ url, postgres }: TestDatabase): Promise<{ release: () => Promise<void> }> {
  await postgres.query(`CREATE OR REPLACE FUNCTION mcp.wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$`);
  await postgres.query(
    'CREATE TRIGGER blocked BEFORE INSERT ON mcp.usage_outbox FOR EACH ROW EXECUTE FUNCTION mcp.wait_for_test()',
  );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SELECT pg_advisory_lock(1)');
  const release = async () => {
    await client.end();
    await postgres.query('DROP TRIGGER blocked ON mcp.usage_outbox');
  };
  return { release };
}

/** Statements in this database that wait for a lock. */
export async function waitingForALock({ postgres }: TestDatabase): Promise<number> {
  const [row] = await postgres.query<{ count: string }>(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return Number(row!.count);
}
