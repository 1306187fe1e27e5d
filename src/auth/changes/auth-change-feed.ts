import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';
import { Clock } from '../../common/clock.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { Postgres } from '../../database/postgres.js';
import { AuthChangesRepository, type ChangeReading } from './auth-changes.repository.js';
import { authChanges, EVERYTHING, parseAuthChange, type AuthChange, type AuthChangeListener } from './auth-change.js';

/** Pause between two checks. */
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
 * Triggers (`database/functions/triggers.sql`) write and notify, which takes milliseconds. Because a notification can be lost, the
 * table behind it is read twice a second as well; `isFresh` says whether that worked within the last two seconds. `ApiKeyVerifier`, which believes a cached key only
 * while `isFresh`, never believes a revoked one for longer, whatever fails.
 */
@Injectable()
export class AuthChangeFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Key changes', CHECK_PAUSE_MS, () => this.check());
  private readonly listeners = new ChangeListeners<Parameters<AuthChangeListener>[0]>();
  private stopListening: () => void = () => undefined;
  private horizon: bigint | undefined;
  private checkedAt: Moment = { monotonic: -Infinity, wall: -Infinity };
  private deletable: { since: number; horizon: bigint } | undefined;
  private heard: AuthChange[] = [];

  constructor(
    private readonly postgres: Postgres,
    private readonly repository: AuthChangesRepository,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
    this.stopListening = this.postgres.listen('auth_changes', {
      onNotification: (payload) => this.hear(parseAuthChange(payload)),
      onListening: () => this.task.nudge(),
    });
  }

  /** Whether everything committed until two seconds ago is known here. */
  isFresh(): boolean {
    return this.age() <= FRESH_MS;
  }

  onChange(listener: AuthChangeListener): void {
    this.listeners.add(listener);
  }

  /** Tells this replica at once of a change it made itself, so that its own answer is true when it leaves. */
  announce(change: AuthChange): void {
    this.tell(authChanges([change]));
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopListening();
    await this.task.stop();
  }

  /**
   * Nothing to ask while there is no connection; once there is one again, this comes at once. The time counts from before
   * the question was sent: what was committed later may not be in the answer.
   */
  private async check(): Promise<void> {
    if (!this.postgres.isListening) return;
    const askedAt = this.moment();
    const reading = await this.repository.read(this.horizon);
    this.apply(reading);
    this.checkedAt = askedAt;
    await this.deleteOld(reading.horizon);
  }

  /** A first reading, one after a long absence, or one from a database that was set back cannot say what was missed. */
  private apply({ horizon, changes }: ChangeReading): void {
    const complete = this.horizon !== undefined && horizon >= this.horizon && this.age() <= AWAY_MAX_MS;
    this.tell(complete && changes ? authChanges(changes) : EVERYTHING);
    this.horizon = horizon;
  }

  /** Many notifications arrive in one packet; they are told as one. */
  private hear(change: AuthChange | undefined): void {
    if (!change) return;
    this.heard.push(change);
    if (this.heard.length > 1) return;
    setImmediate(() => this.tell(authChanges(this.heard.splice(0))));
  }

  private tell(changes: Parameters<AuthChangeListener>[0]): void {
    if (changes !== EVERYTHING && changes.users.size === 0 && changes.keys.size === 0) return;
    this.listeners.tell(changes);
  }

  /** Every replica that was not away for too long has read what was finished a retention ago. */
  private async deleteOld(horizon: bigint): Promise<void> {
    const now = this.clock.monotonic();
    const due = this.deletable;
    if (due && now - due.since < RETENTION_MS) return;
    const isMoreLeft = due !== undefined && (await this.repository.deleteBelow(due.horizon));
    if (!isMoreLeft) this.deletable = { since: now, horizon };
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
