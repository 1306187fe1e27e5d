import pg from 'pg';
import { urlsOfHosts } from '../../common/network/host-urls.js';
import { loggerFor } from '../../common/log-contexts.js';
import { settleSession } from '../sessions/session-settings.js';
import { timelineOf } from './timeline.js';

/** A connection that does not answer so soon is not taken. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Of a look at a server: below the two seconds for which a cached API key may be believed. */
const LOOK_TIMEOUT_MS = 1_000;
/** What PostgreSQL says of a server that takes no writes (manual, appendix A). */
const READ_ONLY = '25006';

/**
 * Which of the servers that a URL names takes writes, and the open connections to it. It never goes back to an earlier primary: once
 * a server of a higher timeline was seen, connections to others are closed and none is taken, whichever address leads there.
 */
export class Primary {
  private static readonly known = new Map<string, Primary>();
  private readonly logger = loggerFor('PostgreSQL');
  private readonly urls: readonly string[];
  private chosen: string;
  private timeline = 0;
  private readonly timelines = new Map<pg.ClientBase, number>();
  private looking: Promise<void> | undefined;

  private constructor(url: string) {
    this.urls = urlsOfHosts(url);
    this.chosen = this.urls[0]!;
  }

  /** One for each URL of this process, so that all its connections go to one server. */
  static of(url: string): Primary {
    const primary = this.known.get(url) ?? new Primary(url);
    this.known.set(url, primary);
    return primary;
  }

  /** Of the one server to connect to. */
  get url(): string {
    return this.chosen;
  }

  /** For a pool, which keeps its options: a new connection goes to the server that is chosen then. */
  get Client(): typeof pg.Client {
    const current = () => this.chosen;
    return class extends pg.Client {
      constructor(config: pg.ClientConfig) {
        super({ ...config, connectionString: current() });
      }
    };
  }

  /** Gives a new connection its settings. @throws Error, as for a server that is away, when its server takes no writes any more */
  async admit(client: pg.ClientBase, statementTimeoutMs?: number): Promise<void> {
    await settleSession(client, statementTimeoutMs);
    const timeline = await timelineOf(client, ANSWER_TIMEOUT_MS);
    if (timeline === undefined) throw readOnly('The server is a standby');
    this.timelines.set(
      client.once('end', () => this.timelines.delete(client)),
      timeline,
    );
    this.follow(timeline);
    if (timeline < this.timeline) throw readOnly(`The server was the primary until timeline ${this.timeline} began`);
  }

  /**
   * Asks all servers which takes writes, after the one that was chosen has failed or fallen silent; also a single one, since its address
   * may lead elsewhere by now. Those who ask meanwhile wait for the same answer; when there is none, nothing changes. Never fails.
   */
  look(): Promise<void> {
    this.looking ??= this.lookAtAll().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** As `look`, before anything has failed: of a single server there is nothing to choose. */
  async choose(): Promise<void> {
    if (this.urls.length > 1) await this.look();
  }

  private async lookAtAll(): Promise<void> {
    const seen = await Promise.all(this.urls.map(async (url) => ({ url, timeline: await timelineAt(url) })));
    const [newest] = seen.filter(({ timeline }) => timeline >= this.timeline).sort((a, b) => b.timeline - a.timeline);
    if (!newest) return;
    if (newest.url !== this.chosen) this.logger.warn(`Going on with the server ${new URL(newest.url).host}, which takes writes`);
    this.chosen = newest.url;
    this.follow(newest.timeline);
  }

  /** A connection to an earlier primary may look well, or wait for an answer for ever: whoever uses it is told at once. */
  private follow(timeline: number): void {
    if (timeline <= this.timeline) return;
    this.timeline = timeline;
    for (const [client, its] of this.timelines) if (its < timeline) (client as pg.Client).connection.stream.destroy();
  }
}

/** The URL of the one server that takes writes now, for work that is short. */
export async function primaryUrl(url: string): Promise<string> {
  const primary = Primary.of(url);
  await primary.choose();
  return primary.url;
}

/** Lower than any when the server takes no writes or does not answer. */
async function timelineAt(url: string): Promise<number> {
  const bounds = { connectionTimeoutMillis: LOOK_TIMEOUT_MS, query_timeout: LOOK_TIMEOUT_MS };
  const client = new pg.Client({ connectionString: url, application_name: 'tallygate look', ...bounds });
  client.on('error', () => undefined); // its statement says it
  try {
    await client.connect();
    return (await timelineOf(client, LOOK_TIMEOUT_MS)) ?? -1;
  } catch {
    return -1;
  } finally {
    void client.end().catch(() => undefined);
  }
}

const readOnly = (message: string): Error => Object.assign(new Error(message), { code: READ_ONLY });

/** Whether a connection is of no use after an error. PostgreSQL's own answers, such as a broken constraint, leave it as it was. */
export const endsConnection = (error: unknown): boolean => !(error instanceof pg.DatabaseError) || error.code === READ_ONLY;
