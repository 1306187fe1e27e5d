import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { makeStrategy, type Strategy } from './balancing.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import type { UpstreamServer } from './pooled-server.js';
import { UpstreamServers } from './server-pool.service.js';

/** One call for any server of a pool. */
export interface PoolCall<T> {
  templateName: string;
  /** Whether the server is one that can serve it. */
  offers: (server: UpstreamServer) => boolean;
  run: (server: UpstreamServer) => Promise<T>;
  signal: AbortSignal;
  /** Where the caller named one server of the pool. */
  serverId?: string | undefined;
  /** Calling it twice does no more than calling it once. */
  isRepeatable: boolean;
}

/** Source 003, "Gateway Statistics". */
export interface LoadBalancerNumbers {
  strategy: string;
  total_requests: number;
  /** By the server's name. */
  requests_per_server: Record<string, number>;
}

/** Gives each call to one server of its pool, and once more to another where that is safe. */
@Injectable()
export class LoadBalancer {
  private readonly strategies = new Map<string, Strategy>();
  private total = 0;

  constructor(
    private readonly servers: UpstreamServers,
    private readonly config: AppConfig,
  ) {}

  /** @throws UpstreamFailure when no server could do it; ProtocolError when one refused it. */
  async call<T>(call: PoolCall<T>): Promise<T> {
    this.total += 1;
    const first = this.choose(call, []);
    try {
      return await call.run(first);
    } catch (error) {
      const second = this.mayRepeat(call, error) && this.chosen(call, [first]);
      if (!second) throw error;
      return call.run(second);
    }
  }

  /** Since the start of this replica. */
  numbers(): LoadBalancerNumbers {
    const counts = this.servers.all().map(({ instance, requests }) => [instance.name, requests] as const);
    return {
      strategy: this.config.values.load_balancer.strategy,
      total_requests: this.total,
      requests_per_server: Object.fromEntries(counts),
    };
  }

  private mayRepeat({ isRepeatable, signal }: PoolCall<unknown>, error: unknown): boolean {
    return isRepeatable && !signal.aborted && error instanceof UpstreamFailure && error.isServersFault;
  }

  private choose(call: PoolCall<unknown>, tried: readonly UpstreamServer[]): UpstreamServer {
    const chosen = this.chosen(call, tried);
    if (chosen) return chosen;
    const serving = this.offering(call).some(({ circuit }) => circuit !== 'open');
    if (serving) throw new UpstreamFailure('busy', `Every server of ${call.templateName} is busy. Try again in a moment.`);
    throw new UpstreamFailure('unreachable', `No server of ${call.templateName} can serve at the moment.`);
  }

  /** Servers on trial get a call only when no other is left. */
  private chosen(call: PoolCall<unknown>, tried: readonly UpstreamServer[]): UpstreamServer | undefined {
    const free = this.offering(call).filter((server) => server.hasRoom && !tried.includes(server));
    const closed = free.filter(({ circuit }) => circuit === 'closed');
    const candidates = closed.length > 0 ? closed : free.filter(({ circuit }) => circuit === 'half-open');
    return candidates.length > 0 ? this.strategyOf(candidates[0]!)(candidates) : undefined;
  }

  private offering({ templateName, offers, serverId }: PoolCall<unknown>): UpstreamServer[] {
    const pool = this.servers.pool(templateName).filter(offers);
    return serverId === undefined ? pool : pool.filter(({ id }) => id === serverId);
  }

  private strategyOf({ template }: UpstreamServer): Strategy {
    let strategy = this.strategies.get(template.name);
    if (!strategy) this.strategies.set(template.name, (strategy = makeStrategy(template.strategy)));
    return strategy;
  }
}
