import { Injectable } from '@nestjs/common';
import { rmSync } from 'node:fs';
import pg from 'pg';
import { loggerFor } from '../common/log-contexts.js';
import { waitFor } from '../common/concurrency/wait-for.js';
import { AppConfig } from '../config/app-config.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { urlsOfHosts } from '../common/network/host-urls.js';
import { LOCK } from './advisory-lock.js';
import { Primary, primaryUrl } from './primary/primary.js';
import { demandOwnSessions } from './sessions/own-sessions.js';
import { settleSession } from './sessions/session-settings.js';

const RESTART_PAUSE_MS = 500;

const owned = new Set<PostgresEngine>();

/**
 * Stops the embedded servers this process owns: the last act of every process that may have started one, also of a start
 * that failed half-way. No shutdown hook does it, since Nest runs hooks of others beside and after it, and those flush.
 */
export async function stopOwnedEngines(): Promise<void> {
  for (const engine of owned) await engine.stop();
}

/** Where PostgreSQL is: a server given by URL, or the embedded one, which it starts, guards and stops. */
@Injectable()
export class PostgresEngine {
  private readonly logger = loggerFor('PostgreSQL');
  private embedded: EmbeddedPostgres | undefined;
  private owner: pg.Client | undefined;
  private stopping = false;
  url = '';

  constructor(private readonly config: AppConfig) {}

  /** @throws Error in one line when the server cannot be reached, is behind a pooler of transactions, or another gateway owns the data folder. */
  async start(): Promise<void> {
    if (this.config.embedded.postgres) await this.startEmbedded();
    else await this.connectExternal(this.config.values.database_url!);
  }

  async stop(): Promise<void> {
    owned.delete(this);
    this.stopping = true;
    await this.owner?.end();
    await this.embedded?.stop();
    if (this.config.isTemporary) rmSync(this.config.values.data_dir, { recursive: true, force: true });
  }

  private async startEmbedded(): Promise<void> {
    const started = performance.now();
    this.embedded = new EmbeddedPostgres(this.config.values.data_dir);
    const { url, adopted } = await this.embedded.start();
    this.url = url;
    await this.takeOwnership();
    const how = adopted ? 'adopted the server that was still running' : 'embedded';
    this.logger.log(`Ready, ${how}, data in ${this.embedded.folder} (${Math.round(performance.now() - started)} ms)`);
  }

  private async connectExternal(url: string): Promise<void> {
    const hosts = urlsOfHosts(url).map((one) => new URL(one).host);
    await waitFor(`PostgreSQL at ${hosts.join(' or ')} (GATEWAY_DATABASE_URL)`, () => this.probe(url), {
      timeoutMs: 1_000 * this.config.values.start_timeout_seconds,
    });
    const primary = Primary.of(url).url;
    await demandOwnSessions(primary);
    this.url = url;
    this.logger.log(`Ready, server ${new URL(primary).host}`);
  }

  private async probe(url: string): Promise<void> {
    const client = new pg.Client({ connectionString: await primaryUrl(url), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined); // its next statement says it
    await client.connect();
    await Primary.of(url).admit(client);
    await client.end();
  }

  private async takeOwnership(): Promise<void> {
    const owner = new pg.Client({ connectionString: this.url, application_name: `tallygate owner ${process.pid}` });
    await owner.connect();
    await settleSession(owner);
    const { rows } = await owner.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK.owner]);
    if (!rows[0]!.locked) {
      await owner.end();
      throw new Error(
        `Another Tallygate is running on ${this.config.values.data_dir}. Stop it, or give this one its own GATEWAY_DATA_DIR.`,
      );
    }
    // A server that dies is told of twice: by its last words, and by the end of the connection.
    owner.on('error', () => this.owner === owner && void this.restart());
    this.owner = owner;
    owned.add(this);
  }

  /** The embedded server died under us: bring it back on the same port, so that every pool reconnects by itself. */
  private async restart(): Promise<void> {
    this.owner = undefined;
    this.logger.warn('The embedded server is gone; starting it again');
    while (!this.stopping) {
      try {
        await this.embedded!.start(Number(new URL(this.url).port));
        await this.takeOwnership();
        return this.logger.log('Ready again');
      } catch (error) {
        this.logger.error((error as Error).message);
        await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS));
      }
    }
  }
}
