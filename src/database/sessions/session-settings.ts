import type { ClientBase, QueryConfig } from 'pg';

/** The server ends a statement after this long, unless told otherwise. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** A connection that does not answer so soon is not taken. */
const ANSWER_TIMEOUT_MS = 5_000;
/** No transaction of ours waits this long between two statements. */
const IDLE_TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * What our statements, and those who read their answers, rely on. A database or a role may have other values of its own
 * (`ALTER DATABASE … SET`), and a pooler keeps those of whoever had the connection before.
 */
const SETTINGS: Record<string, string> = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  session_replication_role: 'origin',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: `${IDLE_TRANSACTION_TIMEOUT_MS}`,
  idle_session_timeout: '0',
  transaction_timeout: '0',
};

const VALUES = Object.entries(SETTINGS).map(([name, value]) => `('${name}', '${value}')`);

/**
 * Only what differs is set, so that it takes no right that is not needed, and what a server of an older version has not is left
 * out. The two at its head come first, since the rest is found by the one and must not be ended by the other.
 */
const settle = (statementTimeoutMs: number) => `SET search_path = public;
  SET statement_timeout = ${statementTimeoutMs};
  SELECT set_config(name, wanted, false) FROM (VALUES ${VALUES.join(', ')}) AS settings (name, wanted) JOIN pg_settings USING (name)
  WHERE setting <> wanted`;

/**
 * Gives a new connection the settings we rely on, in one round trip. Not when connecting: PgBouncer refuses what it does not
 * know there. @throws Error when one may not be set
 */
export async function settleSession(client: ClientBase, statementTimeoutMs = STATEMENT_TIMEOUT_MS): Promise<void> {
  await client.query({ text: settle(statementTimeoutMs), query_timeout: ANSWER_TIMEOUT_MS } as QueryConfig);
}
