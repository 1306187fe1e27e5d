import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { callerIdOf, type Principal } from '../../auth/access/principal.js';
import { Clock } from '../../common/clock.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { HOUR_MS } from '../../common/utc-day.js';
import { UNIQUE_VIOLATION } from '../../database/is-data-error.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import type { RecordedCall } from '../call/recorded-call.js';
import { chargeOf, failed, refusedByServer, type ToolCall, type ToolOutcome, type ToolRequest } from '../call/tool-call.js';
import { ToolCallObserver } from '../call/tool-call.observer.js';
import { ToolMeter } from '../call/tool-meter.service.js';
import { textOf } from '../source/content.js';
import type { ServerTask } from '../source/server-task.js';
import type { TaskEnd } from '../source/tool-source.js';
import { TasksRepository } from './tasks.repository.js';

const UPKEEP_PAUSE_MS = 60_000;
/** However short or long its server keeps a task: a client may be late, and what is never asked for must not stay. */
const [KEPT_LEAST_MS, KEPT_MOST_MS] = [HOUR_MS, 30 * 24 * HOUR_MS];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a server says of a new task. */
export type BegunTask = Pick<ServerTask, 'source' | 'toolName' | 'serverId' | 'serverTaskId' | 'sessionId' | 'form'> & {
  /** How long the server keeps it, ms; null: for ever. */
  ttlMs: number | null;
};

/**
 * Calls that upstream servers work on as tasks. A caller knows a task by an id of the gateway, which any replica finds where it is and
 * whose, and which says nothing to anybody else. Its end is recorded, and charged where its template says so, once
 * (docs/adr/0020-tasks.md).
 */
@Injectable()
export class Tasks implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly upkeep: PeriodicTask = new PeriodicTask('Tools', UPKEEP_PAUSE_MS, () =>
    this.upkeep.untilDone(() => this.repository.deleteExpired()),
  );

  constructor(
    private readonly repository: TasksRepository,
    private readonly meter: ToolMeter,
    private readonly observer: ToolCallObserver,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.upkeep.stop();
  }

  /** Makes a server's task one of the caller's, durably, and says under which id. */
  async begin(principal: Principal, { ttlMs, ...task }: BegunTask): Promise<string> {
    const id = randomUUID();
    const keepMs = Math.min(Math.max(ttlMs ?? KEPT_MOST_MS, KEPT_LEAST_MS), KEPT_MOST_MS);
    const createdAt = new Date(this.clock.now());
    await this.repository.add({ id, callerId: callerIdOf(principal), ...task, createdAt, keepMs });
    return id;
  }

  /** For one whose call was given up: nobody has heard of it. */
  forget(id: string): Promise<void> {
    return this.repository.remove(id);
  }

  /** The caller's task of this id; undefined for one that is another's, or that there is not. */
  async find(principal: Principal, id: string): Promise<ServerTask | undefined> {
    return UUID.test(id) ? this.repository.find(callerIdOf(principal), id) : undefined;
  }

  /** The caller's tasks of one form, the newest first. `after`: the last of those before, which `find` has found. */
  list(principal: Principal, page: Pick<ServerTask, 'form'> & { limit: number; after?: string }): Promise<ServerTask[]> {
    return this.repository.list(callerIdOf(principal), page);
  }

  /**
   * Records how the task ended, and charges it where its template says so, for whoever hears of it first. Gives the record then.
   * @param request of whoever heard. @throws INSUFFICIENT_CREDITS, CONFLICT while another request records a charge, UNAVAILABLE
   */
  async end(task: ServerTask, request: ToolRequest, end: TaskEnd): Promise<RecordedCall | undefined> {
    const outcome = outcomeOf(request.entry, end);
    const price = priceOf(request.entry, outcome);
    const kind = price > 0 ? 'charged' : 'free';
    if (task.ended === 'charged' || task.ended === kind) return undefined;
    const turn = await this.repository.takeEndTurn(task.id, kind);
    if (turn === 'busy' && price > 0) throw otherRequest();
    if (turn !== 'taken') return undefined;
    try {
      const recorded = await this.record(this.callOf(task, { ...request, entry: { ...request.entry, price } }), outcome);
      await this.repository.end(task.id, kind);
      return recorded;
    } catch (error) {
      await this.repository.giveEndTurnBack(task.id).catch(() => undefined); // else it ends by itself
      throw error;
    }
  }

  /** A charge goes under the task's own id, under which nothing is charged twice: whoever died over it may have done it. */
  private callOf({ id, createdAt }: ServerTask, request: ToolRequest): ToolCall {
    const { entry } = request;
    const startedAt = createdAt.getTime();
    const startedAtMonotonic = this.clock.monotonic() - Math.max(0, this.clock.now() - startedAt);
    const eventId = entry.price > 0 ? id : freeEndIdOf(id);
    return {
      id: eventId,
      entry,
      request,
      startedAt,
      startedAtMonotonic,
      span: this.observer.started(request),
      isTask: entry.price > 0,
    };
  }

  /** @returns Undefined when it is charged already. */
  private async record(call: ToolCall, outcome: ToolOutcome): Promise<RecordedCall | undefined> {
    let recorded: RecordedCall | undefined;
    try {
      const refused = await this.meter.reserve(call);
      recorded = await this.meter.settle(call, refused ?? outcome);
      if (refused) throw new TallygateError('INSUFFICIENT_CREDITS', textOf(recorded));
      return recorded;
    } catch (error) {
      this.meter.abandon(call);
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) return undefined;
      throw error;
    } finally {
      this.observer.ended(call, recorded);
    }
  }
}

/** A task that was charged when it was made ends for nothing. */
const priceOf = (entry: CatalogTool, outcome: ToolOutcome): number =>
  entry.tool.charge?.tasks === 'on_complete' ? chargeOf(entry, outcome) : 0;

/** An end that is free may be followed by one that is charged, which is another event: the same id as a UUID of version 8. */
const freeEndIdOf = (id: string): string => `${id.slice(0, 14)}8${id.slice(15)}`;

function outcomeOf(entry: CatalogTool, end: TaskEnd): ToolOutcome {
  if ('error' in end) return refusedByServer(entry, end.error);
  if ('isCancelled' in end) return failed(entry, 'CANCELLED', 'The task was cancelled.', 'unknown');
  const { result } = end;
  return { result, effect: 'known', ...(result.isError && { errorCode: 'TOOL_ERROR' as const }) };
}

const otherRequest = () =>
  new TallygateError('CONFLICT', 'Another request learns right now how this task ended. Ask again in a moment.', {
    retryAfterSeconds: 1,
  });
