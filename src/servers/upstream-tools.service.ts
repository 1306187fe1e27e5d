import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Sources } from '../tools/sources.service.js';
import { LoadBalancer } from './load-balancer.service.js';
import { ServerHealth } from './server-health.service.js';
import { UpstreamServers } from './upstream-servers.service.js';
import { UpstreamToolSource } from './upstream-tool.source.js';

/** Brings the tools of upstream servers into the catalog, a source for each template that has a server. */
@Injectable()
export class UpstreamTools implements OnModuleInit {
  private readonly byTemplate = new Map<string, UpstreamToolSource>();

  constructor(
    private readonly sources: Sources,
    private readonly servers: UpstreamServers,
    private readonly health: ServerHealth,
    private readonly balancer: LoadBalancer,
  ) {}

  onModuleInit(): void {
    this.servers.onChange(() => this.update());
    this.health.onToolsChanged(() => this.update());
  }

  /** Names of the templates that have a server: what `server_id` may name beside a single server. */
  get templates(): string[] {
    return [...this.byTemplate.keys()];
  }

  private update(): void {
    for (const { instance } of this.servers.all()) {
      if (!this.byTemplate.has(instance.templateName)) this.register(instance.templateName);
    }
    for (const [template, source] of this.byTemplate) source.update(this.servers.pool(template));
  }

  private register(template: string): void {
    const source = new UpstreamToolSource(template, this.balancer);
    this.byTemplate.set(template, source);
    this.sources.register(source);
  }
}
