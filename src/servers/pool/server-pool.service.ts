import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { programPath } from '../../config/program-path.js';
import { NetworkRules } from '../templates/network-rules.js';
import { ProcessSlots } from '../connection/stdio/process-slots.js';
import type { ServerInstance } from '../registry/registered-server.js';
import { ServerRegistry } from '../registry/server-registry.service.js';
import { targetOf } from '../templates/server-target.js';
import type { ServerTemplate } from '../templates/template.js';
import { UpstreamConnection } from '../connection/reconnecting-connection.js';
import { UpstreamServer } from './pooled-server.js';

/** The registered servers at work on this replica, by template. Follows the registry. */
@Injectable()
export class UpstreamServers implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Servers');
  private readonly listeners: (() => void)[] = [];
  private readonly slots: ProcessSlots;
  private servers = new Map<string, UpstreamServer>();
  private readonly closing = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly registry: ServerRegistry,
    private readonly config: AppConfig,
  ) {
    this.slots = new ProcessSlots(config.values.servers.max_processes, programPath);
  }

  onApplicationBootstrap(): void {
    this.registry.onChange(() => this.follow());
    this.follow();
  }

  /** Calls in flight have ended by now; what is left of connections and processes ends here. */
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    for (const server of this.servers.values()) this.close(server);
    this.servers.clear();
    await Promise.all(this.closing);
  }

  /** In the order of registration. */
  all(): UpstreamServer[] {
    return [...this.servers.values()];
  }

  get(id: string): UpstreamServer | undefined {
    return this.servers.get(id);
  }

  /** The enabled servers of a template. */
  pool(templateName: string): UpstreamServer[] {
    return this.all().filter(({ instance }) => instance.enabled && instance.templateName === templateName);
  }

  /** Child processes that are alive. */
  get processes(): number {
    return this.slots.size;
  }

  /** Called when servers came, went or changed. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private follow(): void {
    if (this.stopped) return;
    const followed = new Map<string, UpstreamServer>();
    for (const instance of this.registry.all()) {
      const server = this.followed(instance);
      if (server) followed.set(instance.id, server);
    }
    for (const server of this.servers.values()) if (followed.get(server.id) !== server) this.close(server);
    this.servers = followed;
    for (const listener of this.listeners) listener();
  }

  /** A connection is kept while what it was made from is the same. One that is switched off keeps no process. */
  private followed(instance: ServerInstance): UpstreamServer | undefined {
    const template = this.registry.template(instance.templateName);
    if (!template) return undefined;
    const known = this.servers.get(instance.id);
    if (!known || !isSame(known.instance, instance)) return this.made(instance, template);
    known.instance = instance;
    return known;
  }

  private made(instance: ServerInstance, template: ServerTemplate): UpstreamServer {
    const { servers } = this.config.values;
    const connection = new UpstreamConnection({
      name: instance.name,
      connectTimeoutMs: template.connectTimeoutMs,
      timeoutMs: template.timeoutMs,
      concurrency: template.concurrency,
      slots: this.slots,
      network: new NetworkRules([...servers.allowed_networks, ...template.allowed_networks]),
      target: () => targetOf(template, instance, this.config.templateVariables),
      protocol: template.protocol,
      onConnected: () => server.connected(),
      onLost: () => server.lost(),
      onListChanged: () => server.staleList(),
      onUpdated: (uri) => server.onUpdated(uri),
    });
    const server: UpstreamServer = new UpstreamServer(instance, template, connection);
    return server;
  }

  private close(server: UpstreamServer): void {
    const closed = server
      .close()
      .catch((error: Error) => this.logger.warn(`${server.instance.name}: ${error.message}`))
      .finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}

const isSame = (a: ServerInstance, b: ServerInstance): boolean =>
  a.enabled === b.enabled && JSON.stringify(a.config) === JSON.stringify(b.config);
