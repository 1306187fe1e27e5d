/** Where statements are sent: `Postgres` for any connection, a transaction, or a session that holds a lock. */
export interface Sql {
  /** The rows of the answer; of INSERT, UPDATE and DELETE those of their RETURNING. */
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** How many rows the statement has written. */
  execute(sql: string, values?: unknown[]): Promise<number>;
}

/** Its statements are committed together, or none of them. */
export type Transaction = Sql;

/** A PostgreSQL array of values that need no quoting; cheaper than the driver's own. */
export const array = <T>(items: T[], value: (item: T) => string | number): string => `{${items.map(value).join()}}`;
