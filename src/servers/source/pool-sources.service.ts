import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Sources } from '../../tools/catalog/sources.service.js';
import { Tasks } from '../../tools/tasks/tasks.service.js';
import { LoadBalancer } from '../pool/load-balancer.service.js';
import { HealthChecks } from '../pool/health-checks.service.js';
import { PoolRequests } from './pool-requests.js';
import { ServerRegistry } from '../registry/server-registry.service.js';
import { ServerPool } from '../pool/server-pool.service.js';
import { PoolSource } from './pool.source.js';

/** Keeps a source for each pool of servers, so that what they offer is in the catalogs. */
@Injectable()
export class PoolSources implements OnModuleInit {
  private byPool = new Map<string, PoolSource>();

  constructor(
    private readonly sources: Sources,
    private readonly pool: ServerPool,
    private readonly health: HealthChecks,
    private readonly balancer: LoadBalancer,
    private readonly registry: ServerRegistry,
    private readonly tasks: Tasks,
  ) {}

  onModuleInit(): void {
    this.pool.onChange(() => this.update());
    this.health.onOfferChanged(() => this.update());
  }

  /** In the order in which the pools were begun, so that every replica leaves out the same where two offer one thing. */
  private update(): void {
    const sources = new Map<string, PoolSource>();
    for (const { pool, template } of this.pool.all()) {
      if (!sources.has(pool)) sources.set(pool, this.sourceOf(pool, template.name));
    }
    for (const [name, source] of this.byPool) if (source.isWatched && !sources.has(name)) sources.set(name, source);
    const pages = new Set<string>();
    const others = { pools: new Set(sources.keys()), pagesTaken: pages };
    for (const source of sources.values()) {
      source.update(this.pool.ofPool(source.name), this.registry.changesOf(source.name), others);
      for (const page of source.pageAddresses) pages.add(page);
    }
    this.byPool = sources;
    this.sources.replaceForeign([...sources.values()]);
  }

  /** The one there is, unless the pool's name is that of another template's pool now. */
  private sourceOf(pool: string, template: string): PoolSource {
    const known = this.byPool.get(pool);
    if (known?.template === template) return known;
    return new PoolSource(pool, template, new PoolRequests(pool, this.balancer, this.tasks));
  }
}
