import { hourOf, nextHourOf, type Period } from './usage-days.js';

/**
 * How calls end, each in exactly one way, as their records have it: `invalid_arguments` and `cancelled` are error codes of their own,
 * and every other failure is the tool's answer or its backend's.
 */
export const OUTCOMES = ['ok', 'tool_error', 'backend_error', 'invalid_arguments', 'cancelled'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** SQL of a row's outcome. */
export const OUTCOME = `multiIf(NOT is_error, 'ok', is_backend_error, 'backend_error', error_code = 'INVALID_ARGUMENTS', 'invalid_arguments',
  error_code = 'CANCELLED', 'cancelled', 'tool_error')`;

/** A call's outcome, as `OUTCOME` says it. */
export function outcomeOf(call: { is_error: boolean; is_backend_error: boolean; error_code: string }): Outcome {
  if (!call.is_error) return 'ok';
  if (call.is_backend_error) return 'backend_error';
  if (call.error_code === 'INVALID_ARGUMENTS') return 'invalid_arguments';
  return call.error_code === 'CANCELLED' ? 'cancelled' : 'tool_error';
}

/** A filter for anybody's calls. */
export interface CallFilter extends Period {
  /** Unset: everybody's. */
  userId?: string;
  /** Unset: everybody's. At most a page of users. */
  userIds?: string[];
  toolName?: string;
  apiKeyId?: string;
  /** Only calls that succeeded. */
  successOnly?: boolean;
  outcome?: Outcome;
  service?: string;
  clientName?: string;
  minDurationMs?: number;
  requestId?: string;
}

/** A filter for a user's calls. */
export type UsageFilter = CallFilter & { userId: string };

/** Bounds a single query; a larger question has to be narrowed. */
export const READ_LIMITS = 'SETTINGS max_execution_time = 20, max_memory_usage = 1000000000';

/** Whether the rollup can answer: it knows neither of what else there is to filter by. */
export const isRolledUp = ({ outcome, service, clientName, minDurationMs, requestId }: CallFilter): boolean =>
  [outcome, service, clientName, minDurationMs, requestId].every((value) => value === undefined);

/** SQL of a filter's parts on columns that the raw tables and the rollup share. */
export const dimensions = (filter: CallFilter): string =>
  and([
    [filter.toolName, 'tool_name = {toolName:String}'],
    [filter.apiKeyId, 'api_key_id = {apiKeyId:String}'],
  ]);

/** SQL of all parts of a filter but the user and the period, on single calls. */
export const conditions = (filter: CallFilter): string =>
  `${dimensions(filter)} ${and([
    [filter.successOnly || undefined, 'NOT is_error'],
    [filter.outcome, `${OUTCOME} = {outcome:String}`],
    [filter.service, 'service_prefix = {service:String}'],
    [filter.clientName, 'client_name = {clientName:String}'],
    [filter.minDurationMs, 'duration_ms >= {minDurationMs:Float64}'],
    [filter.requestId, 'request_id = {requestId:String}'],
  ])}`;

const and = (parts: [unknown, string][]): string =>
  parts.flatMap(([value, sql]) => (value === undefined ? [] : [`AND ${sql}`])).join(' ');

/** SQL that stands before other conditions. */
export const ofUser = ({ userId, userIds }: CallFilter): string => {
  if (userIds !== undefined) return 'user_id IN {userIds:Array(String)} AND';
  return userId === undefined ? '' : 'user_id = {userId:String} AND';
};

/** SQL of the period, on single calls. */
export const IN_PERIOD = `created_at >= {from:DateTime64(3, 'UTC')} AND created_at < {to:DateTime64(3, 'UTC')}`;

/** Values of a filter, and of what is read from raw rows for it. */
export const parameters = (filter: CallFilter, rawHours: string[] = []) => ({
  ...filter,
  fromHour: hourOf(filter.from),
  toHour: nextHourOf(filter.to),
  rawHours,
  rawFrom: later(rawHours[0], filter.from),
  rawLast: rawHours.at(-1) ?? hourOf(filter.from),
});

/** Moments in this format compare as text. */
const later = (moment: string | undefined, other: string): string => (moment !== undefined && moment > other ? moment : other);
