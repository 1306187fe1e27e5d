import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { UsersService } from '../../auth/users/users.service.js';
import { Clock } from '../../common/clock.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { loggerFor } from '../../common/log-contexts.js';
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
/** Newcomers that are told between two looks for all others. */
const ADMITTED_MAX = 4;
/** Behind a place that is older not every call is found (`mcp.settled_calls`). */
const PLACE_AGE_MAX_MS = 30 * 60_000;

/** Somebody who wants to be told of calls. Its methods must be quick, and not throw. */
export interface CallListener {
  /** Only calls of this user are wanted; unset: everybody's. */
  readonly userId: string | undefined;
  /** It knows what came before; taken away where PostgreSQL was set back to an earlier place. */
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
  /** When it was, by the clock on the wall, which goes on while the machine sleeps. */
  private placedAt = 0;
  private readonly logger = loggerFor('Usage');

  constructor(
    private readonly calls: LiveCallsRepository,
    private readonly keyNames: KeyNames,
    private readonly users: UsersService,
    private readonly postgres: Postgres,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /**
   * Where a listener begins: behind the last call that it was told of, or, where it comes anew, behind what ClickHouse has, so that
   * whoever reads the list from now on misses none. A place that PostgreSQL has not come to is not known: it is of another one, from which
   * this one was restored, or of nobody.
   */
  async beginning(lastTold: OutboxPlace | undefined): Promise<{ after: OutboxPlace; isKnown: boolean }> {
    const { end, delivered } = await this.calls.ends();
    if (!lastTold) return { after: delivered, isKnown: true };
    const isKnown = BigInt(lastTold.tx) < BigInt(end.tx);
    return { after: isKnown ? lastTold : delivered, isKnown };
  }

  /** Tells a listener of calls until the returned function is called: first of those behind `after`, then of each that is recorded. */
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

  /** @returns 0 when there is no more to read, and nobody waits. */
  private async read(): Promise<number> {
    const place = await this.begin();
    const listeners = [...this.listeners];
    const { calls, lookedAt, last, end } = await this.calls.behind(place, READ_MAX, usersOf(listeners));
    if (BigInt(end.tx) < BigInt(place.tx)) return this.startAgain(end);
    this.tell(await this.named(calls, listeners), this.listeners);
    this.place = last ?? place;
    this.placedAt = this.clock.now();
    await this.admitSome(this.place);
    return lookedAt < READ_MAX ? this.newcomers.size : lookedAt;
  }

  /** Where to read on. */
  private async begin(): Promise<OutboxPlace> {
    if (this.place && this.clock.now() - this.placedAt > PLACE_AGE_MAX_MS) this.startAgain(await this.calls.end());
    return (this.place ??= await this.calls.end());
  }

  /** What came meanwhile is lost to a place: it is too old, or PostgreSQL was set back, e.g. by a failover to a standby that lagged. */
  private startAgain(end: OutboxPlace): number {
    this.place = end;
    this.placedAt = this.clock.now();
    for (const listener of [...this.listeners, ...this.newcomers]) skipUnknown(listener);
    return 0;
  }

  private async admitSome(until: OutboxPlace): Promise<void> {
    await Promise.all([...this.newcomers].slice(0, ADMITTED_MAX).map((listener) => this.admit(listener, until)));
  }

  /** Tells what came before this reader's place; what comes behind it is told to all. Whose past cannot be read begins without it. */
  private async admit(listener: CallListener, until: OutboxPlace): Promise<void> {
    const tellMissed = await this.missed(listener, until).catch((error: unknown) => {
      this.logger.warn(`A stream begins without the calls before it: ${String(error)}`);
      return () => skipUnknown(listener);
    });
    if (!this.newcomers.delete(listener)) return; // it has left
    this.listeners.add(listener);
    tellMissed();
  }

  private async missed(listener: CallListener, until: OutboxPlace): Promise<() => void> {
    const { after = until, userId } = listener;
    const { calls, lookedAt } = await this.calls.between(after, until, MISSED_LOOK_MAX, userId);
    const wanted = calls.filter(({ event }) => listener.wants(event));
    const told = await this.named(wanted.slice(-MISSED_MAX), [listener]);
    return () => {
      if (lookedAt === MISSED_LOOK_MAX) listener.skip();
      else if (wanted.length > told.length) listener.skip(wanted.length - told.length);
      this.tell(told, [listener]);
    };
  }

  private tell(calls: LiveCall[], listeners: Iterable<CallListener>): void {
    for (const listener of listeners) for (const call of calls) if (isFor(listener, call)) listener.tell(call);
  }

  /** Those that somebody wants, with the names of their keys and, where they are everybody's, of their users. */
  private async named(calls: PlacedCall[], listeners: CallListener[]): Promise<LiveCall[]> {
    const wanted = calls.filter((call) => listeners.some((listener) => isFor(listener, call)));
    const events = wanted.map(({ event }) => event);
    const [keys, users] = await Promise.all([this.keyNames.of(events), this.users.namesOf(events.map(({ user_id }) => user_id))]);
    return wanted.map((call) => new LiveCall(call, keys.get(call.event.api_key_id), users.get(call.event.user_id)));
  }
}

/** Whose calls somebody wants; undefined: everybody's. */
const usersOf = (listeners: CallListener[]): string[] | undefined => {
  const ids = listeners.flatMap(({ userId }) => userId ?? []);
  return ids.length === listeners.length ? ids : undefined;
};

function skipUnknown(listener: CallListener): void {
  listener.after = undefined;
  listener.skip();
}

/** Who came from another replica, whose reader was further, has been told of it already. */
const isFor = (listener: CallListener, { place, event }: PlacedCall): boolean =>
  listener.wants(event) && (listener.after === undefined || isBehind(place, listener.after));
