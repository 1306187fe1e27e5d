import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { TallygateError } from '../common/tallygate-error.js';
import { Postgres } from '../database/postgres.js';
import type { Transaction } from '../database/sql.js';
import type { Override, TariffValue } from './tariff.js';

/** Every replica holds them in memory, and reads them all at a change. */
const OVERRIDES_MAX = 10_000;

const VALUE = 'amount, user_per_hour AS "userPerHour", api_key_per_hour AS "apiKeyPerHour"';
const COLUMNS = `kind, name, ${VALUE}, changed_by AS "changedBy", changed_at AS "changedAt"`;
/** Whoever else changes the tariff waits, so that nothing is counted or replaced that another one is just setting. */
const LOCK_ALL = 'SELECT version FROM mcp.tariff_version FOR UPDATE';
const KEEP = `INSERT INTO mcp.tariff_overrides (kind, name, changed_by, amount, user_per_hour, api_key_per_hour)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (kind, name) DO UPDATE SET changed_by = $3, amount = $4, user_per_hour = $5, api_key_per_hour = $6, changed_at = clock_timestamp()`;

/** Whose value is set, and by whom. */
export type OverrideOf = Pick<Override, 'kind' | 'name' | 'changedBy'>;

/** What is to be set, by what was set until then. */
type Change = (before: TariffValue | undefined) => TariffValue;

/** Writes a change down, in the transaction that makes it. `before`: what was set until then. */
type Note = (tx: Transaction, before: TariffValue | undefined, after: TariffValue) => Promise<void>;

/** All SQL of `mcp.tariff_overrides` and its version. */
@Injectable()
export class TariffRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Raised by every change, whichever replica makes it. */
  async version(): Promise<string> {
    const [row] = await this.postgres.query<{ version: string }>('SELECT version FROM mcp.tariff_version');
    return row!.version;
  }

  /** One statement, so that they are those of the version. */
  async all(): Promise<{ version: string; overrides: Override[] }> {
    const rows = await this.postgres.query<Override & { version: string }>(
      `SELECT version, ${COLUMNS} FROM mcp.tariff_version LEFT JOIN mcp.tariff_overrides ON true ORDER BY kind, name`,
    );
    return { version: rows[0]!.version, overrides: rows.filter(({ name }) => name !== null) };
  }

  /** Nothing is written down of what is set to that already. @throws CONFLICT when there are too many */
  async keep(of: OverrideOf, change: Change, note: Note): Promise<void> {
    await this.postgres.transaction(async (tx) => {
      const before = await this.locked(tx, of);
      const after = change(before);
      if (isDeepStrictEqual(before, after)) return;
      if (before === undefined) await this.demandRoom(tx);
      await tx.execute(KEEP, [of.kind, of.name, of.changedBy, after.amount, after.userPerHour, after.apiKeyPerHour]);
      await note(tx, before, after);
    });
  }

  /** @throws NOT_FOUND when nothing was set */
  async forget(
    { kind, name }: Pick<Override, 'kind' | 'name'>,
    note: (tx: Transaction, before: TariffValue) => Promise<void>,
  ): Promise<void> {
    await this.postgres.transaction(async (tx) => {
      const before = await this.locked(tx, { kind, name });
      if (before === undefined) throw new TallygateError('NOT_FOUND', `Nobody has set a value of "${name.slice(0, 200)}" here.`);
      await tx.execute('DELETE FROM mcp.tariff_overrides WHERE kind = $1 AND name = $2', [kind, name]);
      await note(tx, before);
    });
  }

  private async locked(tx: Transaction, { kind, name }: Pick<Override, 'kind' | 'name'>): Promise<TariffValue | undefined> {
    await tx.query(LOCK_ALL);
    const sql = `SELECT ${VALUE} FROM mcp.tariff_overrides WHERE kind = $1 AND name = $2`;
    const [found] = await tx.query<TariffValue>(sql, [kind, name]);
    return found && { ...found };
  }

  private async demandRoom(tx: Transaction): Promise<void> {
    const [counted] = await tx.query<{ count: number }>('SELECT count(*)::int AS count FROM mcp.tariff_overrides');
    if (counted!.count >= OVERRIDES_MAX)
      throw new TallygateError('CONFLICT', `${OVERRIDES_MAX} prices are set already. Take one back first.`);
  }
}
