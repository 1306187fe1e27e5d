import { Injectable } from '@nestjs/common';
import { Cancellation } from '../../common/concurrency/cancellation.js';
import { AppConfig } from '../../config/app-config.js';
import { makeStrategy, type Strategy } from './balancing.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import type { ServerTemplate } from '../templates/server-template.js';
import { timeoutOf } from '../templates/template-values.js';
import type { Place } from './places.js';
import type { PooledServer } from './pooled-server.js';
import { ServerPool } from './server-pool.service.js';
import { WaitingLine } from './waiting-line.js';

/** One call for any server of a pool. */
export interface PoolCall<T> {
  poolName: string;
  /** Whether the server offers what is called. */
  isOfferedBy: (server: PooledServer) => boolean;
  run: (server: PooledServer, place: Place) => Promise<T>;
  /** The user: places are shared fairly between users. */
  callerId: string;
  cancellation: Cancellation;
  /** Where the caller named one server. */
  serverId?: string | undefined;
  /** Whether calling twice does no more than calling once. */
  isRepeatable: boolean;
}

/** Source 003, "Gateway Statistics". */
export interface LoadBalancerNumbers {
  strategy: string;
  total_requests: number;
  /** By the server's name. */
  requests_per_server: Record<string, number>;
}

/** How many calls may wait for the servers of a pool. Each holds its arguments in memory. */
const LINE_BOUNDS = { most: 256, mostOfCaller: 32 };

/** A server, and the place there. */
interface Entered {
  server: PooledServer;
  place: Place;
}

/**
 * Gives each call to one server of its pool; when that fails, and repeating is safe, to another one. While all are busy, calls
 * wait, fair between users.
 */
@Injectable()
export class LoadBalancer {
  /** By pool. */
  private readonly strategies = new Map<string, Strategy>();
  /** By pool: calls for which there is no place at the moment. */
  private readonly lines = new Map<string, WaitingLine<Entered>>();
  private total = 0;

  constructor(
    private readonly pool: ServerPool,
    private readonly config: AppConfig,
  ) {
    pool.onRoom((poolName) => this.serve(poolName));
  }

  /** @throws UpstreamFailure when no server could do it; ServerError when one refused it. */
  async call<T>(call: PoolCall<T>): Promise<T> {
    this.total += 1;
    const first = this.enter(call) ?? (await this.wait(call));
    try {
      return await this.runAt(first, call);
    } catch (error) {
      const second = mayRepeat(call, error) ? this.pickAgain(call, first.server, error) : undefined;
      if (!second) throw error;
      return this.runAt({ server: second, place: second.takePlace(call.callerId) }, call);
    }
  }

  /** Since the start of this replica. */
  numbers(): LoadBalancerNumbers {
    const counts = this.pool.all().map(({ name, requests }) => [name, requests] as const);
    return {
      strategy: this.config.values.load_balancer.strategy,
      total_requests: this.total,
      requests_per_server: Object.fromEntries(counts),
    };
  }

  private async runAt<T>({ server, place }: Entered, call: PoolCall<T>): Promise<T> {
    try {
      return await call.run(server, place);
    } finally {
      place.leave();
    }
  }

  /** A place at a server; undefined while all of them are busy. @throws UpstreamFailure when there is none to wait for. */
  private enter(call: PoolCall<unknown>): Entered | undefined {
    const server = this.pick(call);
    if (server) return { server, place: server.takePlace(call.callerId) };
    if (this.offering(call).some(({ circuit }) => circuit !== 'open')) return undefined;
    throw new UpstreamFailure('unreachable', `No server of ${call.poolName} can serve at the moment.`);
  }

  /** Waits for a place, as long as a call may take. @throws UpstreamFailure when too many wait already, or it took too long */
  private async wait(call: PoolCall<unknown>): Promise<Entered> {
    const { poolName, callerId, cancellation } = call;
    const line = this.lines.get(poolName) ?? new WaitingLine<Entered>(LINE_BOUNDS);
    this.lines.set(poolName, line);
    if (!line.hasRoomFor(callerId)) throw busy(poolName, 'many calls wait');
    // A call has a time of its own, which began before; what else is asked of a server has not.
    const timeoutMs = timeoutOf(this.offering(call)[0]!.template);
    const over = new Cancellation();
    const timer = setTimeout(() => over.cancel(busy(poolName, `no place became free within ${timeoutMs / 1_000} s`)), timeoutMs);
    const gone = (reason: Error) => over.cancel(reason);
    cancellation.onCancel(gone);
    return line
      .wait(callerId, () => this.enter(call), over)
      .finally(() => {
        clearTimeout(timer);
        cancellation.offCancel(gone);
      });
  }

  private serve(poolName: string): void {
    const line = this.lines.get(poolName);
    while (line && line.length > 0 && line.serveOne()) continue;
    if (this.pool.ofPool(poolName).length === 0) this.forget(poolName);
  }

  /** Another pool may have the name later, and another strategy. Those who waited have been told. */
  private forget(poolName: string): void {
    this.strategies.delete(poolName);
    this.lines.delete(poolName);
  }

  /** A server whose circuit is half open gets a call only when no other server is left. */
  private pick(call: PoolCall<unknown>, tried?: PooledServer): PooledServer | undefined {
    const free = this.offering(call).filter((server) => server.hasRoomFor(call.callerId) && server !== tried);
    const closed = free.filter(({ circuit }) => circuit === 'closed');
    const candidates = closed.length > 0 ? closed : free.filter(({ circuit }) => circuit === 'half-open');
    return candidates.length > 0 ? this.strategyOf(call.poolName, candidates[0]!.template)(candidates) : undefined;
  }

  /** Another server; the same one where only a connection was closed that had been kept open. */
  private pickAgain(call: PoolCall<unknown>, tried: PooledServer, error: UpstreamFailure): PooledServer | undefined {
    return this.pick(call, tried) ?? (error.isReset ? this.pick(call) : undefined);
  }

  private offering({ poolName, isOfferedBy, serverId }: PoolCall<unknown>): PooledServer[] {
    const offering = this.pool.ofPool(poolName).filter(isOfferedBy);
    return serverId === undefined ? offering : offering.filter(({ id }) => id === serverId);
  }

  private strategyOf(poolName: string, { strategy: name }: ServerTemplate): Strategy {
    let strategy = this.strategies.get(poolName);
    if (!strategy) this.strategies.set(poolName, (strategy = makeStrategy(name)));
    return strategy;
  }
}

const busy = (poolName: string, why: string) =>
  new UpstreamFailure('busy', `Every server of ${poolName} is busy, and ${why}. Try again in a moment.`);

const mayRepeat = ({ isRepeatable, cancellation }: PoolCall<unknown>, error: unknown): error is UpstreamFailure =>
  isRepeatable && !cancellation.isCancelled && error instanceof UpstreamFailure && error.isServersFault;
