import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import { array } from '../../database/sql.js';
import type { Batch } from '../../usage/recording/replica.service.js';
import type { Tiers } from '../../tariff/tariff.js';
import type { LeaseGrant } from './account-lease.js';

/**
 * A statement that PostgreSQL has not answered by then counts as failed, whatever its outcome, and its connection is
 * closed, so that no call hangs on it.
 */
const BOUNDED = { timeoutMs: 2_000 };

/** What is asked for one account. */
export interface LeaseRequest {
  accountId: number;
  /** Credits of this replica that no call needs: they go back into the pot first. */
  spare: number;
  /** What a call usually costs, for what is leased ahead of need. */
  usual: number;
  /** Whether other replicas are to be asked for what they do not need, if this is refused. */
  callBack: boolean;
  /** Credits of each call that waits, in order of arrival. */
  amounts: number[];
}

/** The SQL of `mcp.credit_leases`: `database/functions/credit-leases.sql`. */
@Injectable()
export class LeasesRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * @param after The batch before this; where a later one has settled leases, nothing is leased.
   * @returns One grant per request, in order; undefined where there is no such account.
   */
  async lease(
    after: Batch,
    requests: LeaseRequest[],
    tiers: Tiers,
  ): Promise<(LeaseGrant | undefined)[] | 'replica closed' | 'settled meanwhile'> {
    const items = requests.flatMap(({ amounts }, index) => amounts.map((amount) => ({ place: index + 1, amount })));
    const rows = await this.postgres.prepared<LeaseRow>(
      'lease-credits',
      'SELECT * FROM mcp.lease_credits($1, $2, $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::int[], $8::bigint[], $9::jsonb)',
      [
        after.replicaId,
        after.number,
        array(requests, ({ accountId }) => accountId),
        array(requests, ({ spare }) => spare),
        array(requests, ({ usual }) => usual),
        array(requests, ({ callBack }) => String(callBack)),
        array(items, ({ place }) => place),
        array(items, ({ amount }) => amount),
        JSON.stringify(tiers),
      ],
      BOUNDED,
    );
    if (rows.length === 0) return 'replica closed';
    if (rows[0]!.place === '-1') return 'settled meanwhile';
    const grants = new Map(rows.map((row) => [Number(row.place), grantOf(row)]));
    return requests.map((_, index) => grants.get(index + 1));
  }

  /**
   * Settles leases: each holds from now on what is needed, and what has been charged and is not posted.
   * @returns What no lease holds, by account; of accounts of which this replica held nothing, nothing. Undefined: the batch is not the replica's next, or it is closed.
   */
  async settle(
    { replicaId, number }: Batch,
    leases: { accountId: number; needed: number }[],
  ): Promise<Map<number, number> | undefined> {
    const [done, ...found] = await this.postgres.query<{ place: string; available: string }>(
      'SELECT * FROM mcp.return_credits($1, $2, $3::bigint[], $4::bigint[])',
      [replicaId, number, array(leases, ({ accountId }) => accountId), array(leases, ({ needed }) => needed)],
      BOUNDED,
    );
    if (!done) return undefined;
    return new Map(found.map(({ place, available }) => [leases[Number(place) - 1]!.accountId, Number(available)]));
  }

  /** Whether other replicas have been asked for what they do not need of the account, and have not answered; `ask`: asks them first. */
  async callBack(replicaId: number, accountId: number, ask: boolean): Promise<boolean> {
    const sql = 'SELECT mcp.call_back_leases($1, $2, $3) AS waits';
    return (await this.postgres.query<{ waits: boolean }>(sql, [replicaId, accountId, ask], BOUNDED))[0]!.waits;
  }

  /** Closes replicas that are silent since their term, of those seen before. @returns All that are overdue. */
  async closeReplicas(seen: number[]): Promise<number[]> {
    const sql = 'SELECT overdue FROM mcp.close_replicas($1::int[])';
    const [row] = await this.postgres.query<{ overdue: number[] }>(sql, [seen], BOUNDED);
    return row!.overdue;
  }
}

interface LeaseRow {
  place: string;
  is_active: boolean;
  available: string;
  granted: boolean[];
  ahead: string;
  may_come: boolean;
}

const grantOf = (row: LeaseRow): LeaseGrant => ({
  isActive: row.is_active,
  available: Number(row.available),
  granted: row.granted,
  ahead: Number(row.ahead),
  mayCome: row.may_come,
});
