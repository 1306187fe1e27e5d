// One gateway's credits as a process of its own, which a test may kill: makes calls and writes a line for each that ended.
// Takes the build, since it runs without the test's transform.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { DataSource } from 'typeorm';
import { SystemClock } from '../../../dist/common/clock.js';
import { configSchema } from '../../../dist/config/app-config.js';
import { Reservation } from '../../../dist/credits/leases/account-lease.js';
import { CallCharge } from '../../../dist/credits/leases/call-charge.js';
import { CreditLeases } from '../../../dist/credits/leases/credit-leases.service.js';
import { LeaseUpkeep } from '../../../dist/credits/leases/lease-upkeep.service.js';
import { LeasesRepository } from '../../../dist/credits/leases/leases.repository.js';
import { CreditPosting } from '../../../dist/credits/posting/credit-posting.service.js';
import { dataSourceOptions } from '../../../dist/database/data-source.js';
import { Postgres } from '../../../dist/database/postgres.js';
import { Replica } from '../../../dist/usage/recording/replica.service.js';
import { ReplicasRepository } from '../../../dist/usage/recording/replicas.repository.js';
import { UsageOutboxRepository } from '../../../dist/usage/recording/usage-outbox.repository.js';
import { UsageRecorder } from '../../../dist/usage/recording/usage-recorder.service.js';

/** After a refusal by an absent database; else a worker would spin. */
const FAILURE_PAUSE_MS = 20;

const { url, accountIds, prices, calls, concurrency, leaseSeconds } = JSON.parse(process.argv[2]);
const dataSource = await new DataSource(dataSourceOptions(url, [])).initialize();
const postgres = new Postgres(dataSource);
const config = {
  values: { ...configSchema.parse({}), credits: { ...configSchema.parse({}).credits, lease_seconds: leaseSeconds } },
};
const clock = new SystemClock();
const replicas = new ReplicasRepository(postgres);
const replica = new Replica(replicas, config);
const recorder = new UsageRecorder(new UsageOutboxRepository(postgres), replicas, replica);
const leases = new CreditLeases(new LeasesRepository(postgres), recorder, replica, config, clock);
const upkeep = new LeaseUpkeep(leases, replica, postgres, clock);
const posting = new CreditPosting(postgres);
let made = 0;
let isOver = false;
process.stdin.on('end', () => (isOver = true));
upkeep.onApplicationBootstrap();
posting.onApplicationBootstrap();
await replica.open();
say('ready');
await once(process.stdin, 'data');

await Promise.all(Array.from({ length: concurrency }, work));
await upkeep.close();
await posting.close();
await postgres.onApplicationShutdown();
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
  const id = randomUUID();
  try {
    const reservation = await leases.reserve(accountId, price);
    if (!(reservation instanceof Reservation)) return say('refused', price);
    const charge = new CallCharge(leases, reservation, calls === null && place % 10 === 0 ? 0 : price);
    const event = { id, error_code: '', credits_charged: charge.amount, created_at: new Date().toISOString() };
    try {
      await recorder.record(event, { charge });
      charge.recorded();
    } catch (error) {
      charge.lost();
      throw error;
    }
    say('answered', id, charge.amount);
  } catch (error) {
    say('failed', error.code);
    await new Promise((resolve) => setTimeout(resolve, FAILURE_PAUSE_MS));
  }
}

function say(...words) {
  process.stdout.write(`${words.join(' ')}\n`);
}
