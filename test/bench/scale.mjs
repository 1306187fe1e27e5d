// Many keys in memory, a revocation on its way to another replica, and delivery and posting of a full outbox: each part of a
// gateway alone, in this process, on an embedded PostgreSQL and ClickHouse.
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DataSource } from 'typeorm';
import { ApiKeyHasher } from '../../dist/api-keys/keys/api-key-hasher.js';
import { createToken } from '../../dist/api-keys/keys/api-key-token.js';
import { ApiKey } from '../../dist/api-keys/keys/api-key.entity.js';
import { ApiKeyVerifier } from '../../dist/api-keys/verification/api-key.verifier.js';
import { ApiKeysRepository } from '../../dist/api-keys/keys/api-keys.repository.js';
import { ApiKeysService } from '../../dist/api-keys/keys/api-keys.service.js';
import { KeyIssuer } from '../../dist/api-keys/keys/key-issuer.service.js';
import { AuthChangesRepository } from '../../dist/auth/changes/auth-changes.repository.js';
import { AuthChangeFeed } from '../../dist/auth/changes/auth-change-feed.js';
import { KeyUsageTracker } from '../../dist/api-keys/verification/key-usage.tracker.js';
import { AuditLog } from '../../dist/auth/audit/audit-log.service.js';
import { CallerLimit } from '../../dist/auth/access/caller-limit.service.js';
import { Confirmation } from '../../dist/auth/sessions/confirmation.js';
import { User } from '../../dist/auth/users/user.entity.js';
import { ClickHouse } from '../../dist/clickhouse/clickhouse.js';
import { migrateClickHouse, MIGRATIONS_FOLDER } from '../../dist/clickhouse/clickhouse-migrator.js';
import { SystemClock } from '../../dist/common/clock.js';
import { configSchema } from '../../dist/config/app-config.js';
import { HourlyLimits } from '../../dist/limits/hourly-limits.js';
import { RateLimitService } from '../../dist/limits/rate-limit.service.js';
import { RedisConnection } from '../../dist/limits/redis.connection.js';
import { Refusals } from '../../dist/telemetry/refusals.js';
import { dataSourceOptions, openDataSource } from '../../dist/database/data-source.js';
import { Postgres } from '../../dist/database/postgres.js';
import { EmbeddedPostgres } from '../../dist/database/embedded-postgres.js';
import { measurePosting } from './posting.mjs';
import { useAllCores } from './server-process.mjs';
import { DeliveryLock } from '../../dist/usage/delivery/delivery-lock.js';
import { DirtyHoursRepository } from '../../dist/usage/delivery/dirty-hours.repository.js';
import { UsageBatchRepository } from '../../dist/usage/delivery/usage-batch.repository.js';
import { UsageCountsRepository } from '../../dist/usage/reports/usage-counts.repository.js';
import { UsageDelivery } from '../../dist/usage/delivery/usage-delivery.service.js';
import { UsageHoursRepository } from '../../dist/usage/delivery/usage-hours.repository.js';
import { UsageLogRepository } from '../../dist/usage/reports/usage-log.repository.js';
import { UsageRollup } from '../../dist/usage/delivery/usage-rollup.service.js';
import { UsageVerification } from '../../dist/usage/delivery/usage-verification.service.js';

const KEYS = 100_000;
const KEYS_AT_ONCE = 500;
const CHECKS = 200_000;
const CHECKS_IN_A_TURN = 1_000;
const REVOCATIONS = 200;
const OUTBOX_ROWS = 200_000;

const config = { values: configSchema.parse({ auth: { secret_key: 'bench-secret-'.repeat(4) } }) };
const hasher = new ApiKeyHasher(config);
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

export async function measureScale() {
  useAllCores();
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-scale-'));
  chmodSync(folder, 0o711);
  const engine = new EmbeddedPostgres(folder);
  try {
    const { url } = await engine.start();
    const dataSource = await openDataSource(dataSourceOptions(url, [ApiKey, User]));
    const postgres = new Postgres(dataSource);
    const figures = [
      ...(await measureKeys(url, dataSource)),
      await measureDelivery(postgres, folder),
      await measurePosting(postgres),
    ];
    await dataSource.destroy();
    return figures;
  } finally {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureKeys(url, dataSource) {
  const { owner, keys } = await storeKeys(dataSource);
  const replicas = [await startReplica(url), await startReplica(url)];
  try {
    return [
      ...(await measureChecks(replicas[0], keys)),
      ...(await measureRevocations(replicas[0], replicas[1], owner, keys.slice(0, REVOCATIONS))),
    ];
  } finally {
    for (const { stop } of replicas) await stop();
  }
}

async function storeKeys(dataSource) {
  const sql = `INSERT INTO mcp.users (username, email, password_hash, role) VALUES ('bench', 'bench@localhost', 'none', 'user') RETURNING id`;
  const [{ id: userId }] = await dataSource.query(sql);
  const keys = Array.from({ length: KEYS }, () => ({ id: randomUUID(), ...createToken('sk-') }));
  const hashes = keys.map(({ token }) => Buffer.from(hasher.hash(token), 'latin1'));
  await dataSource.query(
    `INSERT INTO mcp.api_keys (id, token_id, hmac, prefix, user_id, name, scopes)
     SELECT id, token_id, hmac, 'sk-', $4, 'bench', '{tools:call}' FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS k (id, token_id, hmac)`,
    [keys.map(({ id }) => id), keys.map(({ tokenId }) => tokenId), hashes, userId],
  );
  return { owner: { userId, role: 'user', scopes: new Set(['tools:call']) }, keys };
}

/** The API-key part of one gateway, with connections of its own. */
async function startReplica(url) {
  const clock = new SystemClock();
  const dataSource = await new DataSource(dataSourceOptions(url, [ApiKey, User])).initialize();
  const postgres = new Postgres(dataSource);
  const repository = new ApiKeysRepository(dataSource.getRepository(ApiKey), postgres, new AuditLog(postgres));
  const feed = new AuthChangeFeed(postgres, new AuthChangesRepository(postgres), clock);
  const usage = new KeyUsageTracker(repository);
  const verifier = new ApiKeyVerifier(repository, hasher, feed, usage, clock);
  verifier.onModuleInit();
  feed.onApplicationBootstrap();
  while (!feed.isFresh()) await turn();
  const stop = async () => {
    await feed.onApplicationShutdown();
    await usage.onApplicationShutdown();
    await postgres.onApplicationShutdown();
    await dataSource.destroy();
  };
  const issuer = new KeyIssuer(repository, hasher, feed, clock);
  const hourly = new HourlyLimits(config);
  const limits = new CallerLimit(new RateLimitService(new RedisConnection(), clock), hourly, new Refusals(clock));
  return {
    verifier,
    usage,
    stop,
    service: new ApiKeysService(repository, issuer, feed, limits, new Confirmation(clock), clock, hourly),
  };
}

async function measureChecks({ verifier, usage }, keys) {
  const before = heapBytes();
  for (let first = 0; first < KEYS; first += KEYS_AT_ONCE) {
    const answers = await Promise.all(keys.slice(first, first + KEYS_AT_ONCE).map(({ token }) => verifier.verify(token)));
    if (!answers.every(({ ok }) => ok)) throw new Error('A key does not work');
  }
  await usage.flush(); // when each was used is written down and forgotten
  const megabytes = (heapBytes() - before) / 1e6;
  const micros = new Float64Array(CHECKS);
  for (let n = 0; n < CHECKS; n += 1) {
    if (n % CHECKS_IN_A_TURN === 0) await turn(); // or the feed of changes falls silent
    const { token } = keys[(n * 7_919) % KEYS];
    const started = performance.now();
    if (verifier.recall(token)?.ok !== true) throw new Error('A key is not remembered');
    micros[n] = (performance.now() - started) * 1_000;
  }
  micros.sort();
  const of = `of ${KEYS} keys`;
  return [
    { figure: `memory ${of}`, value: megabytes, unit: 'MB' },
    { figure: `check of one ${of}, p50`, value: at(micros, 0.5), unit: 'µs', digits: 1 },
    { figure: `check of one ${of}, p99`, value: at(micros, 0.99), unit: 'µs', digits: 1 },
  ];
}

/** From when its owner was told, until the other replica, which had it in memory, refuses it. */
async function measureRevocations({ service }, { verifier }, owner, keys) {
  const times = [];
  for (const { id, token } of keys) {
    if (!(await verifier.verify(token)).ok) throw new Error('A key does not work');
    await service.revoke(owner, id);
    const started = performance.now();
    while ((await verifier.verify(token)).ok) await turn();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return [0.5, 0.99].map((share) => {
    return { figure: `revoked, until another replica refuses, p${share * 100}`, value: at(times, share), unit: 'ms', digits: 1 };
  });
}

async function measureDelivery(postgres, folder) {
  const clickhouse = new ClickHouse({ values: { ...config.values, data_dir: folder } });
  await clickhouse.start();
  await migrateClickHouse(clickhouse, MIGRATIONS_FOLDER);
  const lock = new DeliveryLock(postgres);
  const dirtyHours = new DirtyHoursRepository(lock, postgres);
  const [counts, log] = [new UsageCountsRepository(clickhouse), new UsageLogRepository(clickhouse)];
  const rollup = new UsageRollup(dirtyHours, counts, log, config, new SystemClock());
  const batches = new UsageBatchRepository(lock, dirtyHours);
  const hours = new UsageHoursRepository(lock);
  const verification = new UsageVerification(hours, dirtyHours, counts, log, config, new SystemClock());
  const delivery = new UsageDelivery(config, lock, batches, log, rollup, verification);
  await fillOutbox(postgres);
  const started = performance.now();
  await delivery.run();
  const seconds = (performance.now() - started) / 1_000;
  const [{ rows }] = await clickhouse.query('SELECT count() AS rows FROM mcp_tool_usage_log');
  await delivery.close();
  await clickhouse.onApplicationShutdown();
  if (rows !== OUTBOX_ROWS) throw new Error(`${rows} rows were delivered`);
  return { figure: `delivered to ClickHouse, of ${OUTBOX_ROWS} that wait`, value: rows / seconds, unit: 'rows/s' };
}

const EVENT = {
  request_id: 'req-0123456789abcdef',
  user_id: '00000000-0000-4000-8000-000000000001',
  api_key_id: '10000000-0000-4000-8000-000000000001',
  tool_name: 'get_daily_bars',
  service_prefix: 'stock-data',
  table_name: 'daily_bars',
  arguments: '{"symbol":"AAPL","start":"2024-01-01","end":"2024-12-31"}',
  record_count: 252,
  duration_ms: 2.5,
  is_error: false,
  is_backend_error: false,
  error_code: '',
  error_message: '',
  credits_cost: 1,
  credits_charged: 1,
  client_name: 'bench/1.0',
  protocol_version: '2025-11-25',
  transport: 'http',
  replica: 'bench:1',
};

/** As calls leave them, to the order of their members. */
const fillOutbox = (postgres) =>
  postgres.query(
    `INSERT INTO mcp.usage_outbox (created_at, body)
     SELECT now(), replace(replace($1, '{id}', gen_random_uuid()::text), '{at}', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
     FROM generate_series(1, $2)`,
    [JSON.stringify({ id: '{id}', ...EVENT, created_at: '{at}' }), OUTBOX_ROWS],
  );

function heapBytes() {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const at = (values, share) => values[Math.floor(values.length * share)];
