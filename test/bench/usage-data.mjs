// Usage of many users, made inside ClickHouse: nothing but row numbers leaves this process.
import { ClickHouse } from '../../dist/clickhouse/clickhouse.js';
import { migrateClickHouse, MIGRATIONS_FOLDER } from '../../dist/clickhouse/clickhouse-migrator.js';

const KEYS_PER_USER = 10;
export const DAYS = 30;
const ROWS_AT_ONCE = 5_000_000;
const DAY_SECONDS = 86_400;

/** The n-th user, by activity: 0 makes the most calls. An id as PostgreSQL's uuids look. */
export const userId = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** The k-th key of the n-th user, k from 0 to 9. */
export const keyId = (n, k) => `10000000-0000-4000-8000-${String(n * KEYS_PER_USER + k).padStart(12, '0')}`;

/** The embedded ClickHouse of a data folder that no gateway uses, with its tables. */
export async function usageEngine(folder) {
  const clickhouse = new ClickHouse({ values: { data_dir: folder, start_timeout_seconds: 30, clickhouse: {} } });
  await clickhouse.start();
  await migrateClickHouse(clickhouse, MIGRATIONS_FOLDER);
  return clickhouse;
}

/**
 * Fills the usage table with `rows` calls of `users` users in 30 days, in the order of time and unevenly: of 10 000 users the
 * busiest makes a twentieth of all calls. A user has one key in use at a time and three tools in an hour. The first rows are
 * made one by one, the others are copies of them at later times, which is faster. Then recomputes the hours as the gateway
 * does, a day at once. What is there already is kept. Says through `progress` how far it is; resolves with the last moment
 * of the 30 days, milliseconds since the epoch.
 */
export async function fillUsage(clickhouse, counts, { rows, users, progress = () => {} }) {
  const [there] = await clickhouse.query(
    'SELECT count() AS rows, toUnixTimestamp(min(created_at)) AS start FROM mcp_tool_usage_log',
  );
  const start = there.rows > 0 ? there.start : Math.ceil(Date.now() / 3_600_000) * 3_600 - DAYS * DAY_SECONDS;
  const parts = Math.ceil(rows / ROWS_AT_ONCE);
  const [count, seconds] = [Math.ceil(rows / parts), Math.ceil((DAYS * DAY_SECONDS) / parts)];
  for (let part = Math.floor(there.rows / count); part < parts; part += 1) {
    const values = { part, count, users, start, seconds, spacing: (seconds * 1_000) / count };
    await clickhouse.command(part === 0 ? MAKE : COPY, values);
    progress(`${(part + 1) * count} rows`);
  }
  const [{ done }] = await clickhouse.query('SELECT max(version) AS done FROM mcp_tool_usage_hourly');
  for (let day = done; day < DAYS; day += 1) {
    await counts.recompute(moment(start + day * DAY_SECONDS), String(day + 1), 24);
    progress(`${day + 1} days rolled up`);
  }
  return (start + DAYS * DAY_SECONDS) * 1_000 - 1;
}

const moment = (seconds) => new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');

// Random numbers come from the row's number, so that the same arguments make the same rows.
const random = (salt, most) => `sipHash64(number, ${salt}) % ${most}`;

const SETTINGS = 'SETTINGS max_insert_threads = 2, min_insert_block_size_rows = 2000000, min_insert_block_size_bytes = 0';

const MAKE = `
  INSERT INTO mcp_tool_usage_log
  SELECT reinterpretAsUUID(toString(sipHash128(number))) AS id, concat('req-', lower(hex(sipHash64(number, 1)))) AS request_id,
    concat('00000000-0000-4000-8000-', leftPad(toString(user), 12, '0')) AS user_id,
    concat('10000000-0000-4000-8000-', leftPad(toString(user * ${KEYS_PER_USER} + sipHash64(user, toStartOfInterval(at, INTERVAL 6 HOUR)) % ${KEYS_PER_USER}), 12, '0')) AS api_key_id,
    ['get_daily_bars', 'get_returns', 'screen_symbols', 'get_daily_bars_of_many', 'list_datasets', 'describe_dataset',
     'search_symbols', 'get_latest_trading_day', 'get_trading_days', 'get_period_statistics', 'get_monthly_prices', 'echo']
      [1 + tool] AS tool_name,
    if(tool = 11, 'examples', 'stock-data') AS service_prefix,
    ['daily_bars', 'daily_bars', 'symbols', 'daily_bars', '', '', 'symbols', 'trade_calendar', 'trade_calendar', 'daily_bars',
     'monthly_prices', ''][1 + tool] AS table_name,
    concat('{"symbol":"S', toString(${random(4, 5_000)}), '","start":"2024-01-', leftPad(toString(1 + ${random(5, 28)}), 2, '0'), '","end":"2024-12-31"}') AS arguments,
    ${random(6, 500)} AS record_count, 0.2 + (${random(7, 10_000)}) / 100 AS duration_ms,
    ${random(8, 50)} = 0 AS is_error, ${random(8, 100)} = 0 AS is_backend_error,
    if(is_error, 'VALIDATION_ERROR', '') AS error_code, if(is_error, 'The symbol is not known', '') AS error_message,
    1 AS credits_cost, if(is_backend_error, 0, 1) AS credits_charged,
    ['claude-code/2.1', 'cursor/1.7', 'tallygate-client/0.1'][1 + ${random(9, 3)}] AS client_name, '2025-11-25' AS protocol_version,
    if(${random(10, 10)} = 0, 'rest', 'http') AS transport, concat('gateway-', toString(1 + ${random(11, 3)}), ':1') AS replica,
    at AS created_at
  FROM (
    SELECT number, toUInt64({users:UInt32} * pow(${random(13, 1_000_000)} / 1e6, 3)) AS user,
      fromUnixTimestamp64Milli(toInt64({start:UInt32}) * 1000 + toInt64(number * {spacing:Float64}), 'UTC') AS at,
      toUInt8(sipHash64(user, toStartOfHour(at), ${random(3, 3)}) % 12) AS tool
    FROM numbers({count:UInt64})
  )
  ${SETTINGS}`;

const COPY = `
  INSERT INTO mcp_tool_usage_log
  SELECT * REPLACE (reinterpretAsUUID(sipHash128(id, {part:UInt32})) AS id, created_at + toIntervalSecond({part:UInt32} * {seconds:UInt32}) AS created_at)
  FROM mcp_tool_usage_log AS made WHERE made.created_at < toDateTime64({start:UInt32} + {seconds:UInt32}, 3, 'UTC') ${SETTINGS}`;
