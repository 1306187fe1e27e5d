import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';

/** One idempotency key of one caller. */
export interface IdempotentCall {
  /** The API key's id, or the user's for a login token: keys of different callers never meet. */
  scope: string;
  key: string;
  /** SHA-256 of tool and arguments. */
  fingerprint: string;
}

export interface EarlierCall {
  fingerprint: string | null;
  /** The kept answer as JSON; null while the call runs, or when it ended without one that could be kept. */
  answer: string | null;
}

/** How long an answer is kept. */
const KEPT = `interval '10 minutes'`;
const DELETED_AT_ONCE = 1_000;

/** The SQL of `mcp.idempotent_calls`. */
@Injectable()
export class IdempotentCallsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Takes the key for a call about to run. Of many who ask at once, on any replica, one is given it. */
  async claim({ scope, key, fingerprint }: IdempotentCall): Promise<boolean> {
    const taken = await this.postgres.execute(
      `INSERT INTO mcp.idempotent_calls AS calls (scope, key, fingerprint) VALUES ($1, $2, $3)
       ON CONFLICT (scope, key) DO UPDATE SET fingerprint = $3, answer = NULL, created_at = now()
         WHERE calls.created_at < now() - ${KEPT}`,
      [scope, key, fingerprint],
    );
    return taken > 0;
  }

  /**
   * The call that took the key. A statement of its own: the one that failed to take it cannot see a row that was
   * committed while it waited for it.
   */
  async find({ scope, key }: IdempotentCall): Promise<EarlierCall | undefined> {
    const [earlier] = await this.postgres.query<EarlierCall>(
      'SELECT fingerprint, answer FROM mcp.idempotent_calls WHERE scope = $1 AND key = $2',
      [scope, key],
    );
    return earlier;
  }

  async keep({ scope, key, fingerprint }: IdempotentCall, answer: string): Promise<void> {
    await this.postgres.query('UPDATE mcp.idempotent_calls SET answer = $4 WHERE scope = $1 AND key = $2 AND fingerprint = $3', [
      scope,
      key,
      fingerprint,
      answer,
    ]);
  }

  /** Gives the key back: its call may be tried again. */
  async release({ scope, key }: IdempotentCall): Promise<void> {
    await this.postgres.query('DELETE FROM mcp.idempotent_calls WHERE scope = $1 AND key = $2 AND answer IS NULL', [scope, key]);
  }

  async deleteOld(): Promise<void> {
    await this.postgres.query(
      `DELETE FROM mcp.idempotent_calls WHERE (scope, key) IN
         (SELECT scope, key FROM mcp.idempotent_calls WHERE created_at < now() - ${KEPT} LIMIT ${DELETED_AT_ONCE})`,
    );
  }
}
