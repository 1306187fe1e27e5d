import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import type { BillingOutcome } from './billing-fact.js';

/** A statement of an event's transaction that takes longer has failed; Stripe delivers again. */
const STATEMENT_TIMEOUT_MS = 5_000;

export interface ReceivedEvent {
  id: string;
  type: string;
  objectId: string;
  /** SHA-256 of the body. */
  payloadHash: Buffer;
}

/** All SQL of `mcp.billing_events`, the inbox. */
@Injectable()
export class BillingEventsRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * Notes the event and what `effect` comes to, in one transaction: both are committed, or neither. Of deliveries of one
   * event the first does it, and the others wait for it. Undefined: it was done.
   */
  process(event: ReceivedEvent, effect: (tx: Transaction) => Promise<BillingOutcome>): Promise<BillingOutcome | undefined> {
    return this.postgres.transaction(async (tx) => {
      await tx.query(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
      if (!(await this.insert(tx, event))) return undefined;
      const outcome = await effect(tx);
      await tx.query('UPDATE mcp.billing_events SET processed_at = clock_timestamp(), outcome = $2 WHERE id = $1', [
        event.id,
        outcome,
      ]);
      return outcome;
    });
  }

  /** Says how many. What they did is kept by the things they were about, so one that came again would do nothing. */
  async deleteOld(olderThanDays: number, most: number): Promise<number> {
    const count = await this.postgres.execute(
      `DELETE FROM mcp.billing_events WHERE id IN (
         SELECT id FROM mcp.billing_events WHERE received_at < mcp.ledger_time() - make_interval(days => $1)
         ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED
       )`,
      [olderThanDays, most],
    );
    return count;
  }

  private async insert(tx: Transaction, { id, type, objectId, payloadHash }: ReceivedEvent): Promise<boolean> {
    const noted = await tx.execute(
      `INSERT INTO mcp.billing_events (id, type, object_id, payload_hash) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING`,
      [id, type, objectId, payloadHash],
    );
    return noted > 0;
  }
}
