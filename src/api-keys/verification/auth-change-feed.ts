import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { PeriodicTask } from '../../common/periodic-task.js';
import { PostgresEngine } from '../../database/postgres-engine.js';
import { AuthChangeConnection, type ChangeReading } from './auth-change.connection.js';
import { authChanges, EVERYTHING, type AuthChange, type AuthChangeListener } from './auth-change.js';

/** Pause between two checks, and between two tries to connect. */
const CHECK_PAUSE_MS = 500;
/** What was cached may be used while the last successful check is at most this old. */
const FRESH_MS = 2_000;
/** Rows live for one to two of these. */
const RETENTION_MS = 10 * 60_000;
/** A feed that was away for longer may have missed rows; half the retention leaves room for clocks that differ. */
const AWAY_MAX_MS = RETENTION_MS / 2;

/** A moment on both clocks. The monotonic one stands still while the machine sleeps; the wall clock can be set. */
interface Moment {
  monotonic: number;
  wall: number;
}

/**
 * Tells this replica of every change to a user or key, made by whichever replica (docs/adr/0005-api-keys.md).
 *
 * PostgreSQL notifies, which takes milliseconds. Because a notification can be lost, the table behind it is read twice a
 * second as well; `isFresh` says whether that worked within the last two seconds. Whoever believes a cached key only
 * while `isFresh` never believes a revoked one for longer, whatever fails.
 */
@Injectable()
export class AuthChangeFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('AuthChangeFeed');
  private readonly task = new PeriodicTask('AuthChangeFeed', CHECK_PAUSE_MS, () => this.check());
  private readonly listeners: AuthChangeListener[] = [];
  private connection: AuthChangeConnection | undefined;
  private horizon: bigint | undefined;
  private checkedAt: Moment = { monotonic: -Infinity, wall: -Infinity };
  private deletable: { since: number; horizon: bigint } | undefined;
  private heard: AuthChange[] = [];

  constructor(
    private readonly postgres: PostgresEngine,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
    this.task.nudge();
  }

  /** Whether everything committed until two seconds ago is known here. */
  isFresh(): boolean {
    return this.age() <= FRESH_MS;
  }

  onChange(listener: AuthChangeListener): void {
    this.listeners.push(listener);
  }

  /** Tells this replica at once of a change it made itself, so that its own answer is true when it leaves. */
  announce(change: AuthChange): void {
    this.tell(authChanges([change]));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
    const connection = this.connection;
    this.connection = undefined;
    await connection?.close();
  }

  /** The time counts from before the question was sent: what was committed later may not be in the answer. */
  private async check(): Promise<void> {
    try {
      this.connection ??= await this.connect();
      const askedAt = this.moment();
      const reading = await this.connection.read(this.horizon);
      this.apply(reading);
      this.checkedAt = askedAt;
      await this.deleteOld(this.connection, reading.horizon);
    } catch (error) {
      await this.lose(error);
    }
  }

  private async connect(): Promise<AuthChangeConnection> {
    const connection: AuthChangeConnection = await AuthChangeConnection.open(this.postgres.url, {
      onChange: (change) => this.hear(change),
      onLost: () => this.reconnect(connection),
    });
    this.logger.log('Listening for changes to users and keys');
    return connection;
  }

  /** A first reading, one after a long absence, or one from a database that was set back cannot say what was missed. */
  private apply({ horizon, changes }: ChangeReading): void {
    const complete = this.horizon !== undefined && horizon >= this.horizon && this.age() <= AWAY_MAX_MS;
    this.tell(complete && changes ? authChanges(changes) : EVERYTHING);
    this.horizon = horizon;
  }

  /** Many notifications arrive in one packet; they are told as one. */
  private hear(change: AuthChange): void {
    this.heard.push(change);
    if (this.heard.length > 1) return;
    setImmediate(() => this.tell(authChanges(this.heard.splice(0))));
  }

  private tell(changes: Parameters<AuthChangeListener>[0]): void {
    if (changes !== EVERYTHING && changes.users.size === 0 && changes.keys.size === 0) return;
    for (const listener of this.listeners) listener(changes);
  }

  /** Every replica that was not away for too long has read what was finished a retention ago. */
  private async deleteOld(connection: AuthChangeConnection, horizon: bigint): Promise<void> {
    const now = this.clock.monotonic();
    const due = this.deletable;
    if (due && now - due.since < RETENTION_MS) return;
    this.deletable = { since: now, horizon };
    if (due) await connection.deleteBelow(due.horizon);
  }

  private reconnect(lost: AuthChangeConnection): void {
    if (this.connection !== lost) return;
    this.connection = undefined;
    void lost.close();
    this.logger.warn('The connection that hears of changed users and keys is lost; connecting again');
    this.task.nudge();
  }

  private async lose(error: unknown): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    if (connection) this.logger.warn(`Cannot hear of changed users and keys: ${(error as Error).message}; trying again`);
    await connection?.close();
  }

  /** Milliseconds since the last successful check, on the clock that says more. */
  private age(): number {
    const { monotonic, wall } = this.checkedAt;
    return Math.max(this.clock.monotonic() - monotonic, this.clock.now() - wall);
  }

  private moment(): Moment {
    return { monotonic: this.clock.monotonic(), wall: this.clock.now() };
  }
}
