import { dimensions, IN_PERIOD, conditions, ofUser, type CallFilter } from './usage-filter.js';
import { histogramOf } from './series/latency-buckets.js';

/** What is counted: of an hour of the rollup, and of a group of rows. */
const MEASURES = {
  calls: ['calls', 'count()'],
  records: ['records', 'sum(record_count)'],
  errors: ['errors', 'countIf(is_error)'],
  backend_errors: ['backend_errors', 'countIf(is_backend_error)'],
  credits: ['credits_charged', 'sum(credits_charged)'],
  duration: ['duration_ms', 'sum(duration_ms)'],
  latency: ['latency', histogramOf('duration_ms')],
} as const;

export type Measure = keyof typeof MEASURES;

/** What is counted where nothing else is asked for. */
export const COUNTS = ['calls', 'records', 'errors', 'credits', 'duration'] as const;
const KEYS = 'user_id, tool_name, table_name, api_key_id';

/** What of the hours is asked for. */
interface Shape {
  /** SQL of what else to group by, called `key`; unset: all columns that both tables have. */
  key?: string;
  measures?: readonly Measure[];
  /** SQL of the moment that a row belongs to, called `hour`: an hour or a part of one. */
  moment?: string;
}

/**
 * SQL of counts by hour: hours that are rolled up from the rollup, the others (`rawHours`) from their rows. Both are filtered by user
 * and time before merging. An hour that is only partly in the period must be among the raw ones.
 */
export const countedHours = (filter: CallFilter, shape: Shape = {}): string => `
  SELECT ${columns(shape, 'hour', ROLLED_UP)}
  FROM mcp_tool_usage_hourly FINAL
  PREWHERE ${ofUser(filter)} hour >= {fromHour:DateTime('UTC')} AND hour < {toHour:DateTime('UTC')}
    AND hour NOT IN {rawHours:Array(DateTime('UTC'))}
  WHERE true ${dimensions(filter)}
  UNION ALL ${countedRows(filter, shape, IN_RAW_HOURS)}`;

/** SQL of the same from rows alone, for what the rollup does not know; without a condition all of the period. */
export const countedRows = (filter: CallFilter, shape: Shape = {}, among = ''): string => `
  SELECT ${columns(shape, shape.moment ?? 'toStartOfHour(created_at)', OF_ROWS)}
  FROM mcp_tool_usage_log FINAL
  PREWHERE ${ofUser(filter)} ${IN_PERIOD} ${among}
  WHERE true ${conditions({ ...filter, successOnly: false })}
  GROUP BY hour, ${shape.key === undefined ? KEYS : 'key'}`;

const [ROLLED_UP, OF_ROWS] = [0, 1] as const;

function columns({ key, measures = COUNTS }: Shape, moment: string, from: 0 | 1): string {
  const counts = measures.map((name) => `${MEASURES[name][from]} AS ${name}`);
  return [`${moment} AS hour`, key === undefined ? KEYS : `${key} AS key`, ...counts].join(', ');
}

const IN_RAW_HOURS = `AND created_at >= {rawFrom:DateTime64(3, 'UTC')}
    AND created_at < {rawLast:DateTime64(3, 'UTC')} + INTERVAL 1 HOUR
    AND toStartOfHour(created_at) IN {rawHours:Array(DateTime('UTC'))}`;
