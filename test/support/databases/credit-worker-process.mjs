// One gateway's credits as a process of its own, which a test may kill: makes calls and writes a line for each that ended.
// Takes the build, since it runs without the test's transform.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { DataSource } from 'typeorm';
import { CreditLedger } from '../../../dist/credits/credit-ledger.service.js';
import { CreditRepository } from '../../../dist/credits/credit.repository.js';
import { configSchema } from '../../../dist/config/app-config.js';
import { dataSourceOptions } from '../../../dist/database/data-source.js';
import { Postgres } from '../../../dist/database/postgres.js';

/** After a refusal by an absent database; else a worker would spin. */
const FAILURE_PAUSE_MS = 20;

const { url, accountIds, prices, calls, concurrency, holdMs } = JSON.parse(process.argv[2]);
const dataSource = await new DataSource(dataSourceOptions(url, [])).initialize();
const ledger = new CreditLedger(new CreditRepository(new Postgres(dataSource)), { values: configSchema.parse({}) });
let made = 0;
let isOver = false;
process.stdin.on('end', () => (isOver = true));
say('ready');
await once(process.stdin, 'data');

await Promise.all(Array.from({ length: concurrency }, work));
await dataSource.destroy();
process.stdin.destroy();

async function work() {
  while (!isOver && (calls === null || made < calls)) {
    const place = made++;
    await call(accountIds[place % accountIds.length], prices[place % prices.length], place);
  }
}

/** Without a number of calls to make, one in ten fails in its tool and is charged nothing. */
async function call(accountId, price, place) {
  const eventId = randomUUID();
  try {
    const reservation = await ledger.reserve({ eventId, accountId, amount: price, holdMs });
    if (!reservation.granted) return say('refused', price);
    const charge = calls === null && place % 10 === 0 ? 0 : price;
    const createdAt = new Date().toISOString();
    const body = JSON.stringify({ id: eventId, credits_charged: charge, error_code: '' });
    const { charged } = await ledger.settle({ eventId, accountId, charge, usage: { createdAt, body } });
    say('answered', eventId, charged);
  } catch (error) {
    say('failed', error.code);
    await new Promise((resolve) => setTimeout(resolve, FAILURE_PAUSE_MS));
  }
}

function say(...words) {
  process.stdout.write(`${words.join(' ')}\n`);
}
