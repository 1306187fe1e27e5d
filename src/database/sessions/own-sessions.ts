import pg from 'pg';

/** Each asks three times in a round; a pooler with other clients beside us shows itself in one of several. */
const ROUNDS = 3;
const TIMEOUT_MS = 5_000;

/**
 * Makes sure that a connection is one session of the server. Behind a pooler that gives every transaction another one, session
 * locks are lost, nothing is heard of changes, and settings are somebody else's: priced calls would be lost.
 * @throws Error saying what to do
 */
export async function demandOwnSessions(url: string): Promise<void> {
  const clients = [0, 1].map(() => new pg.Client({ connectionString: url, ...TIMEOUTS }));
  for (const client of clients) client.on('error', () => undefined); // its next statement says it
  try {
    await Promise.all(clients.map((client) => client.connect()));
    for (let round = 0; round < ROUNDS; round += 1) if (await areShared(clients as [pg.Client, pg.Client])) throw shared(url);
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

const TIMEOUTS = { connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS };

/**
 * Two sessions that are open at once have different processes of the server, and each keeps its own. A pooler that takes the
 * connection that was free last gives both the same; one that takes turns gives two in a row to whoever asks twice.
 */
async function areShared([one, other]: [pg.Client, pg.Client]): Promise<boolean> {
  const ones = [await processOf(one), await processOf(one)];
  const others = [await processOf(other), await processOf(other)];
  ones.push(await processOf(one));
  return new Set(ones).size > 1 || new Set(others).size > 1 || ones[0] === others[0];
}

async function processOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid;
}

const shared = (url: string) =>
  new Error(
    `PostgreSQL at ${new URL(url).host} (GATEWAY_DATABASE_URL) is behind a pooler that gives every transaction another connection, ` +
      'where locks, LISTEN and settings are lost. Use the server itself, or a pool of sessions (PgBouncer: pool_mode = session).',
  );
