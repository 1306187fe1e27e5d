// What PostgreSQL keeps of a priced call: the growth of Tallygate's tables with their indexes and TOAST over a known number of calls,
// once the rest is vacuumed. The outbox counts apart: it is kept for a time only.
import pg from 'pg';
import { load } from './generator.mjs';
import { PRICED } from './rows.mjs';
import { makeRoom } from './server-process.mjs';
import { MANY, untilRest } from './turns.mjs';

/** The first calls make the tables as large as what is soon deleted needs. */
const BEFORE = 5_000;
const CALLS = 20_000;
const SECONDS = 1;
const SHOWN_BYTES = 0.5;
const SIZES = `
  SELECT c.relname AS name, pg_total_relation_size(c.oid)::float AS bytes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'mcp' AND c.relkind IN ('r', 'm')`;
const isOutbox = (name) => name.startsWith('usage_outbox');

export async function measureKept() {
  makeRoom();
  const server = await PRICED.start({});
  const database = new pg.Client({ connectionString: server.databaseUrl });
  try {
    await database.connect();
    await calls(server, BEFORE);
    const before = await sizes(server, database);
    const made = await calls(server, CALLS);
    return figures(before, await sizes(server, database), made);
  } finally {
    await database.end();
    await server.stop();
  }
}

/** At least so many; resolves with their number. */
async function calls(server, count) {
  let made = 0;
  while (made < count) made += (await load(server, PRICED.request, { ...MANY, seconds: SECONDS, warm: 0 })).requests;
  return made;
}

/** Bytes of every table, when all that follows calls has been done. */
async function sizes(server, database) {
  await untilRest(server);
  await database.query('VACUUM');
  await database.query('CHECKPOINT');
  return new Map((await database.query(SIZES)).rows.map(({ name, bytes }) => [name, bytes]));
}

function figures(before, after, made) {
  const grown = [...after].map(([name, bytes]) => [name, (bytes - (before.get(name) ?? 0)) / made]);
  const sum = (rows) => rows.reduce((total, [, bytes]) => total + bytes, 0);
  const kept = grown.filter(([name]) => !isOutbox(name)).sort(([, a], [, b]) => b - a);
  const figure = (words, value) => ({ figure: words, value, unit: 'bytes' });
  return [
    figure('kept in PostgreSQL of a priced call', sum(kept)),
    ...kept.filter(([, bytes]) => bytes >= SHOWN_BYTES).map(([name, bytes]) => figure(`of these in \`${name}\``, bytes)),
    figure('in the outbox of a priced call, for a time', sum(grown.filter(([name]) => isOutbox(name)))),
  ];
}
