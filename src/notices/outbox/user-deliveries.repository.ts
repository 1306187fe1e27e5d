import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { NoticeKind } from '../notice-kinds.js';
import { takenUp, type Attempt, type DeliveryState, type TakenDelivery } from './deliveries.repository.js';

/** A delivery as the user whose endpoint it went to sees it. */
export interface OwnDelivery {
  kind: NoticeKind;
  state: DeliveryState;
  createdAt: Date;
  /** Null unless another attempt follows. */
  dueAt: Date | null;
  /** Null before the first. */
  lastAttempt: Attempt | null;
}

/** How many may be taken up, and endpoints of which none is. */
interface FairRoom {
  room: number;
  taken: string[];
}

/** Deliveries to endpoints of users, of whom none waits for what another one's endpoint does. */
@Injectable()
export class UserDeliveriesRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * As `DeliveriesRepository.take`, of each endpoint one at most; first what was never tried, so that endpoints that are away, whose
   * deliveries were, come after all others.
   */
  take({ room, taken }: FairRoom, forMs: number): Promise<TakenDelivery[]> {
    return takenUp(
      this.postgres,
      `SELECT id FROM mcp.notice_deliveries d
       WHERE ${isDue('d')} AND d.endpoint <> ALL ($3::text[]) AND NOT EXISTS (
         SELECT FROM mcp.notice_deliveries earlier
         WHERE ${isDue('earlier')} AND earlier.endpoint = d.endpoint AND (earlier.tries, earlier.id) < (d.tries, d.id))
       ORDER BY tries, due_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [forMs, room, taken],
    );
  }

  /** The newest to a user's endpoint. */
  async lastOf(userId: string): Promise<OwnDelivery | undefined> {
    const [last] = await this.postgres.query<OwnDelivery>(
      `SELECT n.kind, d.state, n.created_at AS "createdAt", CASE WHEN d.state = 'waiting' THEN d.due_at END AS "dueAt",
         d.attempts -> -1 AS "lastAttempt"
       FROM mcp.notice_deliveries d JOIN mcp.notices n ON n.id = d.notice_id
       WHERE d.channel = 'user_webhook' AND d.endpoint = $1 ORDER BY d.id DESC LIMIT 1`,
      [userId],
    );
    return last;
  }
}

const isDue = (table: string) => `${table}.channel = 'user_webhook' AND ${table}.state = 'waiting' AND ${table}.due_at <= now()`;
