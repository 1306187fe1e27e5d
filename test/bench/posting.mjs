// How fast charges get from the outbox to the ledger and the accounts, which one gateway does at a time.
import { CreditPosting } from '../../dist/credits/posting/credit-posting.service.js';

const [ACCOUNTS, CHARGES, CREDITS] = [1_000, 200_000, 1_000_000];

/** Posts charges of many accounts, one replica's, with nothing else to do. */
export async function measurePosting(postgres) {
  await fill(postgres);
  const posting = new CreditPosting(postgres);
  const started = performance.now();
  await posting.post();
  const seconds = (performance.now() - started) / 1_000;
  const [{ rows }] = await postgres.query('SELECT count(*)::int AS rows FROM mcp.credit_charges');
  if (rows !== CHARGES) throw new Error(`${rows} charges were posted`);
  return { figure: `posted to the ledger, of ${CHARGES} that wait`, value: rows / seconds, unit: 'rows/s' };
}

async function fill(postgres) {
  await postgres.query(
    `WITH owners AS (
       INSERT INTO mcp.users (username, email, password_hash, role)
       SELECT 'owner-' || n, n || '@localhost', 'none', 'user' FROM generate_series(1, $1) AS n RETURNING id, email
     ), replica AS (INSERT INTO mcp.replicas (name, expires_at) VALUES ('bench', now() + interval '1 hour') RETURNING id),
     accounts AS (
       INSERT INTO mcp.user_accounts (user_id, user_email, mcp_key_prefix, credits_balance, credits_purchased, credits_held, credits_tier,
         credits_monthly_allocation, credits_last_refill)
       SELECT id, email, 'sk-', $2, $2, $2, 'free', 0, now() FROM owners RETURNING id
     )
     INSERT INTO mcp.credit_leases (account_id, replica_id, amount) SELECT accounts.id, replica.id, $2 FROM accounts, replica`,
    [ACCOUNTS, CREDITS],
  );
  await postgres.query(
    `INSERT INTO mcp.usage_outbox (created_at, account_id, charge, replica_id, event_id, body)
     SELECT now(), l.account_id, 1, l.replica_id, gen_random_uuid(), '{}'
     FROM generate_series(1, $1) AS n JOIN (SELECT *, row_number() OVER () AS place FROM mcp.credit_leases) AS l ON l.place = 1 + n % $2`,
    [CHARGES, ACCOUNTS],
  );
}
