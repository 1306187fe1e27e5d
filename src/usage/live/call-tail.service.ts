import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { UsersService } from '../../auth/users/users.service.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { Postgres } from '../../database/postgres.js';
import type { UsageEvent } from '../recording/usage-event.js';
import { KeyNames } from '../reports/key-names.repository.js';
import { LiveCall } from './live-call.js';
import { LiveCallsRepository, type PlacedCall } from './live-calls.repository.js';
import { isBehind, type OutboxPlace } from './outbox-place.js';

/** Between two looks: with what a commit takes to settle, calls are seen well within a second. */
const PAUSE_MS = 500;
const READ_MAX = 1_000;
/** Most calls that are looked at for whoever comes back, and most of them that are told. */
const MISSED_LOOK_MAX = 5_000;
const MISSED_MAX = 200;

/** Somebody who wants to be told of calls. Its methods must be quick, and not throw. */
export interface CallListener {
  /** Only calls of this user are wanted; unset: everybody's. */
  readonly userId: string | undefined;
  /** The last call it was told of before it came; taken away where PostgreSQL knows nothing of it. */
  after: OutboxPlace | undefined;
  wants(event: UsageEvent): boolean;
  tell(call: LiveCall): void;
  /** Calls that it wants are not told. Undefined: nobody knows how many. */
  skip(count?: number): void;
}

/**
 * The one reader of new calls in this process: it sees those of all replicas in the order in which they were committed, each once, and
 * tells them to whoever listens. While nobody does it asks nothing, and a call itself never notices it.
 */
@Injectable()
export class CallTail implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Usage', PAUSE_MS, () => this.look());
  private readonly listeners = new Set<CallListener>();
  /** Not told of anything yet. */
  private readonly newcomers = new Set<CallListener>();
  /** Behind what was told; undefined while nobody listens. */
  private place: OutboxPlace | undefined;

  constructor(
    private readonly calls: LiveCallsRepository,
    private readonly keyNames: KeyNames,
    private readonly users: UsersService,
    private readonly postgres: Postgres,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /**
   * Tells a listener of calls until the returned function is called: first of those that it missed since `after`, or without it of those
   * that ClickHouse does not have yet, so that whoever reads the list meanwhile misses none; then of each that is recorded.
   */
  follow(listener: CallListener): () => void {
    this.newcomers.add(listener);
    this.task.nudge();
    return () => void (this.newcomers.delete(listener) || this.listeners.delete(listener));
  }

  /** While PostgreSQL is away nothing is asked, and nothing missed: the place stays. */
  private async look(): Promise<void> {
    if (this.newcomers.size + this.listeners.size === 0) this.place = undefined;
    else if (this.postgres.isListening) await this.task.untilDone(() => this.read());
  }

  /** @returns 0 when there is no more to read. */
  private async read(): Promise<number> {
    this.place ??= await this.calls.end();
    for (const listener of this.newcomers) await this.admit(listener, this.place);
    const { calls, last, end } = await this.calls.behind(this.place, READ_MAX);
    if (BigInt(end.tx) < BigInt(this.place.tx)) return this.startAgain(end);
    this.tell(this.listeners, await this.named(calls, this.listeners));
    this.place = last ?? this.place;
    return calls.length < READ_MAX ? 0 : calls.length;
  }

  /** PostgreSQL was set back to an earlier state, e.g. by a failover to a standby that lagged. */
  private startAgain(end: OutboxPlace): number {
    this.place = end;
    for (const listener of this.listeners) {
      listener.after = undefined;
      listener.skip();
    }
    return 0;
  }

  /** Tells what came before this reader's place; what comes behind it is told to all. */
  private async admit(listener: CallListener, until: OutboxPlace): Promise<void> {
    const isKnown = await this.forgetUnknown(listener);
    const from = listener.after ?? (await this.calls.delivered());
    const { calls, lookedAt } = await this.calls.between(from, until, MISSED_LOOK_MAX, listener.userId);
    const wanted = calls.filter(({ event }) => listener.wants(event));
    const told = await this.named(wanted.slice(-MISSED_MAX), [listener]);
    if (!this.newcomers.delete(listener)) return; // it has left
    this.listeners.add(listener);
    if (!isKnown || lookedAt === MISSED_LOOK_MAX) listener.skip();
    else if (wanted.length > told.length) listener.skip(wanted.length - told.length);
    this.tell([listener], told);
  }

  /** A place that PostgreSQL has not come to is of another one, from which this one was restored, or of nobody. */
  private async forgetUnknown(listener: CallListener): Promise<boolean> {
    const { after } = listener;
    if (!after || BigInt(after.tx) < BigInt((await this.calls.end()).tx)) return true;
    listener.after = undefined;
    return false;
  }

  private tell(listeners: Iterable<CallListener>, calls: LiveCall[]): void {
    for (const listener of listeners) for (const call of calls) if (isFor(listener, call)) listener.tell(call);
  }

  /** Those that somebody wants, with the names of their keys and, where they are everybody's, of their users. */
  private async named(calls: PlacedCall[], listeners: Iterable<CallListener>): Promise<LiveCall[]> {
    const wanted = calls.filter((call) => [...listeners].some((listener) => isFor(listener, call)));
    const events = wanted.map(({ event }) => event);
    const [keys, users] = await Promise.all([this.keyNames.of(events), this.users.namesOf(events.map(({ user_id }) => user_id))]);
    return wanted.map((call) => new LiveCall(call, keys.get(call.event.api_key_id), users.get(call.event.user_id)));
  }
}

/** Who came from another replica, whose reader was further, has been told of it already. */
const isFor = (listener: CallListener, { place, event }: PlacedCall): boolean =>
  listener.wants(event) && (listener.after === undefined || isBehind(place, listener.after));
