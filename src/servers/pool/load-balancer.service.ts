import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { makeStrategy, type Strategy } from './balancing.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import type { ServerTemplate } from '../templates/server-template.js';
import type { PooledServer } from './pooled-server.js';
import { ServerPool } from './server-pool.service.js';

/** One call for any server of a template. */
export interface PoolCall<T> {
  templateName: string;
  /** Whether the server offers what is called. */
  isOfferedBy: (server: PooledServer) => boolean;
  run: (server: PooledServer) => Promise<T>;
  signal: AbortSignal;
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

/** Gives each call to one server of its template; when that fails, and repeating is safe, to another one. */
@Injectable()
export class LoadBalancer {
  private readonly strategies = new Map<string, Strategy>();
  private total = 0;

  constructor(
    private readonly pool: ServerPool,
    private readonly config: AppConfig,
  ) {}

  /** @throws UpstreamFailure when no server could do it; ProtocolError when one refused it. */
  async call<T>(call: PoolCall<T>): Promise<T> {
    this.total += 1;
    const first = this.pickOrThrow(call);
    try {
      return await call.run(first);
    } catch (error) {
      const second = mayRepeat(call, error) ? this.pick(call, first) : undefined;
      if (!second) throw error;
      return call.run(second);
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

  private pickOrThrow(call: PoolCall<unknown>): PooledServer {
    const server = this.pick(call);
    if (server) return server;
    const isBusy = this.offering(call).some(({ circuit }) => circuit !== 'open');
    if (isBusy) throw new UpstreamFailure('busy', `Every server of ${call.templateName} is busy. Try again in a moment.`);
    throw new UpstreamFailure('unreachable', `No server of ${call.templateName} can serve at the moment.`);
  }

  /** A server whose circuit is half open gets a call only when no other server is left. */
  private pick(call: PoolCall<unknown>, tried?: PooledServer): PooledServer | undefined {
    const free = this.offering(call).filter((server) => server.hasRoom && server !== tried);
    const closed = free.filter(({ circuit }) => circuit === 'closed');
    const candidates = closed.length > 0 ? closed : free.filter(({ circuit }) => circuit === 'half-open');
    return candidates.length > 0 ? this.strategyOf(candidates[0]!.template)(candidates) : undefined;
  }

  private offering({ templateName, isOfferedBy, serverId }: PoolCall<unknown>): PooledServer[] {
    const offering = this.pool.ofTemplate(templateName).filter(isOfferedBy);
    return serverId === undefined ? offering : offering.filter(({ id }) => id === serverId);
  }

  private strategyOf({ name, strategy: strategyName }: ServerTemplate): Strategy {
    let strategy = this.strategies.get(name);
    if (!strategy) this.strategies.set(name, (strategy = makeStrategy(strategyName)));
    return strategy;
  }
}

const mayRepeat = ({ isRepeatable, signal }: PoolCall<unknown>, error: unknown): boolean =>
  isRepeatable && !signal.aborted && error instanceof UpstreamFailure && error.isServersFault;
