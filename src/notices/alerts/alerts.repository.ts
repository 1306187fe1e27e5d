import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';

/** What a user wants to be told of, as it is stored. */
export interface StoredAlerts {
  /** Credits. */
  lowBalance: number | null;
  /** Their endpoint, sealed. */
  webhook: Buffer | null;
}

const NONE: StoredAlerts = { lowBalance: null, webhook: null };
const COLUMNS = 'a.low_balance AS "lowBalance", a.webhook';

/** All SQL that changes `mcp.user_alerts`, and tells whose endpoint is where. */
@Injectable()
export class AlertsRepository {
  constructor(private readonly postgres: Postgres) {}

  async find(userId: string): Promise<StoredAlerts> {
    const [row] = await this.postgres.query<StoredAlerts>(`SELECT ${COLUMNS} FROM mcp.user_alerts a WHERE user_id = $1`, [
      userId,
    ]);
    return row ?? NONE;
  }

  /** The same, locked until the transaction ends, so that of two changes at once the second knows the first. */
  async lock(tx: Transaction, userId: string): Promise<StoredAlerts> {
    const [row] = await tx.query<StoredAlerts>(
      `INSERT INTO mcp.user_alerts AS a (user_id) VALUES ($1)
       ON CONFLICT (user_id) DO UPDATE SET user_id = a.user_id RETURNING ${COLUMNS}`,
      [userId],
    );
    return row!;
  }

  async save(tx: Transaction, userId: string, { lowBalance, webhook }: StoredAlerts): Promise<void> {
    await tx.query('UPDATE mcp.user_alerts SET low_balance = $2, webhook = $3 WHERE user_id = $1', [userId, lowBalance, webhook]);
  }

  async forget(tx: Transaction, userId: string): Promise<void> {
    await tx.query('DELETE FROM mcp.user_alerts WHERE user_id = $1', [userId]);
  }

  /** Whether any user has an endpoint. */
  async isAnyEndpoint(): Promise<boolean> {
    return (await this.postgres.query('SELECT FROM mcp.user_alerts WHERE webhook IS NOT NULL LIMIT 1')).length > 0;
  }

  /** Of a user who may come in; undefined where there is none any more. */
  async endpointOf(userId: string): Promise<Buffer | undefined> {
    const [row] = await this.postgres.query<{ webhook: Buffer }>(
      `SELECT a.webhook FROM mcp.user_alerts a JOIN mcp.callers c USING (user_id)
       WHERE user_id = $1 AND a.webhook IS NOT NULL AND c.is_user_active AND c.is_account_active IS NOT FALSE`,
      [userId],
    );
    return row?.webhook;
  }
}
