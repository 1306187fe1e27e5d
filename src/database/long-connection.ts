import pg from 'pg';
import { loggerFor } from '../common/log-contexts.js';
import { PeriodicTask } from '../common/concurrency/periodic-task.js';
import { endsConnection, type Primary } from './primary/primary.js';

/** Pause between two checks, and between two tries to connect; the first try after a loss comes at once. */
const CHECK_PAUSE_MS = 500;
/**
 * Well below the two seconds for which a cached API key may be believed, so that a connection that hangs is replaced in
 * time. No pause grows for the same reason: it is one connection a replica, tried twice a second.
 */
const CONNECT_TIMEOUT_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 1_000;

/** Called from the connection's own events. Must not throw. */
export interface ChannelListener {
  onNotification: (payload: string) => void;
  /**
   * The channel is heard from now on: at first, and again after every loss of the connection. What was told before is
   * lost, so whoever keeps something in memory reads it again now.
   */
  onListening: () => void;
}

/**
 * The one connection of a replica that stays open: what it hears comes within milliseconds, and a pool that is busy keeps
 * nobody here waiting. It opens with its first listener, is asked for a sign of life twice a second, and is replaced when
 * it breaks or falls silent. Only short statements belong here: one waits for the other, for a second at most.
 */
export class LongConnection {
  private readonly logger = loggerFor('PostgreSQL');
  private readonly task = new PeriodicTask('PostgreSQL', CHECK_PAUSE_MS, () => this.check());
  private readonly listeners = new Map<string, ChannelListener>();
  private readonly heard = new Set<string>();
  private client: pg.Client | undefined;
  private isStarted = false;
  /** Monotonic, ms. */
  private answeredAt = -Infinity;
  /** Said once, until it is over. */
  private isLossKnown = false;

  constructor(private readonly primary: Primary) {}

  /** Whether there is a connection, as far as anybody knows: one that hangs is found out within 1.5 s. */
  get isOpen(): boolean {
    return this.client !== undefined;
  }

  /** One listener a channel, until the returned function is called. A channel's name is ours, never a caller's. */
  listen(channel: string, listener: ChannelListener): () => void {
    this.listeners.set(channel, listener);
    if (!this.isStarted) this.task.start();
    this.isStarted = true;
    this.task.nudge();
    return () => {
      this.listeners.delete(channel);
      this.heard.delete(channel);
    };
  }

  /** @throws Error at once while there is no connection, and when the answer takes longer than a second. */
  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const { client } = this;
    if (!client) throw new Error('Connection terminated: it is being made again');
    try {
      const { rows } = await client.query<Row>(sql, values);
      this.answeredAt = performance.now();
      return rows;
    } catch (error) {
      if (endsConnection(error)) this.lose(client, error as Error);
      throw error;
    }
  }

  /** Never fails: a connection that cannot say goodbye is gone as well. */
  async close(): Promise<void> {
    await this.task.stop();
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async check(): Promise<void> {
    try {
      this.client ??= await this.connect();
      await this.listenToAll();
      if (performance.now() - this.answeredAt > CHECK_PAUSE_MS) await this.query('SELECT 1');
    } catch (error) {
      this.say(error as Error);
    }
  }

  private async connect(): Promise<pg.Client> {
    if (this.isLossKnown) await this.primary.look();
    const client = new pg.Client({
      connectionString: this.primary.url,
      application_name: 'tallygate changes',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS,
    });
    client.on('notification', ({ channel, payload = '' }) => this.listeners.get(channel)?.onNotification(payload));
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client, new Error('Connection terminated')));
    try {
      await client.connect();
      await this.primary.admit(client);
      return client;
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
  }

  private async listenToAll(): Promise<void> {
    const added = [...this.listeners.keys()].filter((channel) => !this.heard.has(channel));
    for (const channel of added) await this.query(`LISTEN ${channel}`);
    for (const channel of added) {
      this.heard.add(channel);
      this.listeners.get(channel)?.onListening();
    }
    if (added.length === 0) return;
    this.isLossKnown = false;
    this.logger.log(`Listening to ${added.join(', ')}`);
  }

  private lose(client: pg.Client, reason: Error): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.heard.clear();
    this.say(reason);
    void client.end().catch(() => undefined); // it is broken already; this only frees the socket
    this.task.nudge();
  }

  private say({ message }: Error): void {
    if (!this.isLossKnown) this.logger.warn(`The connection that hears of changes is lost: ${message}; connecting again`);
    this.isLossKnown = true;
  }
}
