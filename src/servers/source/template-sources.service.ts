import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Sources } from '../../tools/catalog/sources.service.js';
import { LoadBalancer } from '../pool/load-balancer.service.js';
import { HealthChecks } from '../pool/health-checks.service.js';
import { PoolRequests } from './pool-requests.js';
import { ServerPool } from '../pool/server-pool.service.js';
import { TemplateSource } from './template.source.js';

/** Registers a source for each template that has servers, so that what they offer is in the catalogs. */
@Injectable()
export class TemplateSources implements OnModuleInit {
  private readonly byTemplate = new Map<string, TemplateSource>();

  constructor(
    private readonly sources: Sources,
    private readonly pool: ServerPool,
    private readonly health: HealthChecks,
    private readonly balancer: LoadBalancer,
  ) {}

  onModuleInit(): void {
    this.pool.onChange(() => this.update());
    this.health.onOfferChanged(() => this.update());
  }

  private update(): void {
    for (const { template } of this.pool.all()) if (!this.byTemplate.has(template.name)) this.register(template.name);
    for (const [templateName, source] of this.byTemplate) source.update(this.pool.ofTemplate(templateName));
  }

  private register(templateName: string): void {
    const source = new TemplateSource(templateName, new PoolRequests(templateName, this.balancer));
    this.byTemplate.set(templateName, source);
    this.sources.register(source);
  }
}
