import { setTimeout as pause } from 'node:timers/promises';
import { loggerFor } from '../common/log-contexts.js';
import { LOCK } from '../database/advisory-lock.js';
import type { Postgres } from '../database/postgres.js';

/** Nothing is told on it: what is heard is that the connection is there. */
const CHANNEL = 'clickhouse_claims';
/** For a gateway that has just been killed: PostgreSQL has to notice. */
const PATIENCE_MS = 5_000;
const PAUSE_MS = 200;

/**
 * All gateways on one database of PostgreSQL have one ClickHouse together, or else each would have a part of the usage. So one with an
 * embedded ClickHouse has to be the only gateway: it claims it alone, those with a ClickHouse server share the claim. It is a lock
 * of the connection that stays open, and taken again with every new one.
 */
export class ClickHouseClaim {
  private readonly logger = loggerFor('ClickHouse');
  private isHeld = false;

  /** @param isEmbedded whether the ClickHouse is this gateway's own */
  constructor(
    private readonly postgres: Postgres,
    private readonly isEmbedded: boolean,
  ) {}

  /** Resolves once it is held. @throws Error in words that say what to do when another gateway's claim excludes it */
  async take(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.postgres.listen(CHANNEL, {
        onNotification: () => undefined,
        onListening: () => (this.isHeld ? void this.takeAgain() : resolve()),
      });
    });
    for (const deadline = performance.now() + PATIENCE_MS; ; await pause(PAUSE_MS)) {
      const failure = await this.tryLock().catch((error: Error) => error);
      if (failure === undefined) break;
      if (performance.now() >= deadline) throw failure;
    }
    this.isHeld = true;
  }

  /** Another gateway may have begun while the connection was gone. This one has calls to serve, so it goes on. */
  private async takeAgain(): Promise<void> {
    const refusal = await this.tryLock().catch(() => undefined); // the connection is gone again, and comes again
    if (refusal) this.logger.error(refusal.message);
  }

  /** @returns why it cannot be had; undefined when it is held now. @throws Error while there is no connection */
  private async tryLock(): Promise<Error | undefined> {
    const lock = this.isEmbedded ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared';
    const [row] = await this.postgres.queryPastThePool<{ locked: boolean }>(`SELECT ${lock}($1) AS locked`, [LOCK.clickhouse]);
    return row!.locked ? undefined : new Error(this.refusal);
  }

  private get refusal(): string {
    return this.isEmbedded
      ? 'Another Tallygate uses this PostgreSQL (GATEWAY_DATABASE_URL), and a gateway with the embedded ClickHouse has to be the only one: each would have a part of the usage. Stop the other one, or give all of them the same ClickHouse server (GATEWAY_CLICKHOUSE_URL).'
      : 'A Tallygate with an embedded ClickHouse of its own uses this PostgreSQL (GATEWAY_DATABASE_URL), and has to be the only one: each would have a part of the usage. Stop it, or give it the same ClickHouse server (GATEWAY_CLICKHOUSE_URL).';
  }
}
