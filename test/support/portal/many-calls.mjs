// node many-calls.mjs <data folder> <rows> <users>: usage of many users in the embedded ClickHouse of a gateway that has been stopped.
import { UsageCountsRepository } from '../../../dist/usage/reports/usage-counts.repository.js';
import { fillUsage, usageEngine } from '../../bench/usage-data.mjs';

const [folder, rows, users] = process.argv.slice(2);
const clickhouse = await usageEngine(folder);
const progress = (words) => process.stderr.write(`${words}\n`);
await fillUsage(clickhouse, new UsageCountsRepository(clickhouse), { rows: Number(rows), users: Number(users), progress });
await clickhouse.onApplicationShutdown();
