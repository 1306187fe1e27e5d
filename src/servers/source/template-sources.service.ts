import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Sources } from '../../tools/catalog/sources.service.js';
import { Conversations } from './suspended-calls.service.js';
import { LoadBalancer } from '../pool/load-balancer.service.js';
import { ServerHealth } from '../pool/health-checks.service.js';
import { UpstreamRequests } from './pool-requests.js';
import { UpstreamServers } from '../pool/server-pool.service.js';
import { UpstreamSource } from './template.source.js';

/** Brings what upstream servers offer into the catalogs, a source for each template that has a server. */
@Injectable()
export class UpstreamSources implements OnModuleInit {
  private readonly byTemplate = new Map<string, UpstreamSource>();

  constructor(
    private readonly sources: Sources,
    private readonly servers: UpstreamServers,
    private readonly health: ServerHealth,
    private readonly balancer: LoadBalancer,
    private readonly conversations: Conversations,
  ) {}

  onModuleInit(): void {
    this.servers.onChange(() => this.update());
    this.health.onOfferChanged(() => this.update());
  }

  private update(): void {
    for (const { instance } of this.servers.all()) {
      if (!this.byTemplate.has(instance.templateName)) this.register(instance.templateName);
    }
    for (const [template, source] of this.byTemplate) source.update(this.servers.pool(template));
  }

  private register(template: string): void {
    const source = new UpstreamSource(template, new UpstreamRequests(template, this.balancer, this.conversations));
    this.byTemplate.set(template, source);
    this.sources.register(source);
  }
}
