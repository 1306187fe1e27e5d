import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';

/** One call under one idempotency key of one caller. */
export interface IdempotentCall {
  /** Whose key it is: keys of different callers never meet. */
  scope: string;
  key: string;
  /** SHA-256 of tool and arguments. */
  fingerprint: string;
  /** The id of the call, which alone may answer under the key or give it back. */
  callId: string;
}

export interface EarlierCall {
  fingerprint: string | null;
  /** The kept answer as JSON; null while the call runs, or when it ended without one that could be kept. */
  answer: string | null;
}

/** How long an answer, or a key without one, is kept after its call has ended. */
const KEPT = `interval '10 minutes'`;
const DELETED_AT_ONCE = 10_000;

/** The SQL of `mcp.idempotent_calls`. */
@Injectable()
export class IdempotentCallsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Takes the key for a call about to run. Of many who ask at once, on any replica, one is given it. */
  async claim({ scope, key, fingerprint, callId }: IdempotentCall): Promise<boolean> {
    const taken = await this.postgres.execute(
      `INSERT INTO mcp.idempotent_calls AS calls (scope, key, fingerprint, claimed_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (scope, key) DO UPDATE SET fingerprint = $3, claimed_by = $4, answer = NULL, created_at = now()
         WHERE calls.created_at < now() - ${KEPT}`,
      [scope, key, fingerprint, callId],
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

  /** Keeps the answer, as JSON; null where there is none to give again. The ten minutes begin now. */
  async keep({ scope, key, callId }: IdempotentCall, answer: string | null): Promise<void> {
    await this.postgres.query(
      'UPDATE mcp.idempotent_calls SET answer = $4, created_at = now() WHERE scope = $1 AND key = $2 AND claimed_by = $3',
      [scope, key, callId, answer],
    );
  }

  /** Gives the key back: its call may be tried again. */
  async release({ scope, key, callId }: IdempotentCall): Promise<void> {
    await this.postgres.query('DELETE FROM mcp.idempotent_calls WHERE scope = $1 AND key = $2 AND claimed_by = $3', [
      scope,
      key,
      callId,
    ]);
  }

  /** Calls that still run keep their keys, however long they take. */
  async renew(calls: readonly IdempotentCall[]): Promise<void> {
    await this.postgres.query(
      `UPDATE mcp.idempotent_calls c SET created_at = now() FROM unnest($1::text[], $2::text[], $3::uuid[]) AS r (scope, key, id)
       WHERE c.scope = r.scope AND c.key = r.key AND c.claimed_by = r.id AND c.answer IS NULL`,
      [calls.map(({ scope }) => scope), calls.map(({ key }) => key), calls.map(({ callId }) => callId)],
    );
  }

  /** Deletes some of what is over, and says how many. */
  deleteOld(): Promise<number> {
    return this.postgres.execute(
      `DELETE FROM mcp.idempotent_calls WHERE (scope, key) IN
         (SELECT scope, key FROM mcp.idempotent_calls WHERE created_at < now() - ${KEPT} LIMIT ${DELETED_AT_ONCE})
         AND created_at < now() - ${KEPT}`,
    );
  }
}
