import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';
import { AppConfig } from '../../config/app-config.js';
import { programPath } from '../../config/environment.js';
import { CallerEmails } from '../callers/caller-emails.service.js';
import { CallerIntroduction } from '../callers/caller-introduction.js';
import { ReconnectingConnection, type ConnectionListener } from '../connection/reconnecting-connection.js';
import { ProcessSlots } from '../connection/stdio/process-slots.js';
import { hiding, secretsIn } from '../registry/config-mask.js';
import type { RegisteredServer } from '../registry/registered-server.js';
import { ServerRegistry } from '../registry/server-registry.service.js';
import { networkRulesOf } from '../templates/server-templates.service.js';
import { targetOf } from '../templates/server-target.js';
import type { ServerTemplate } from '../templates/server-template.js';
import { PooledServer } from './pooled-server.js';

/** The registered servers at work on this replica. */
@Injectable()
export class ServerPool implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = loggerFor('Servers');
  private readonly changes = new ChangeListeners();
  private readonly roomListeners: ((pool: string) => void)[] = [];
  private readonly slots: ProcessSlots;
  private servers = new Map<string, PooledServer>();
  /** The enabled servers by their pool. */
  private pools: ReadonlyMap<string, readonly PooledServer[]> = new Map();
  private readonly trials = new Set<PooledServer>();
  private readonly closing = new Set<Promise<void>>();
  private isStopped = false;

  constructor(
    private readonly registry: ServerRegistry,
    private readonly config: AppConfig,
    private readonly emails: CallerEmails,
  ) {
    this.slots = new ProcessSlots(config.values.servers.max_processes, programPath);
  }

  onApplicationBootstrap(): void {
    this.registry.onChange(() => this.syncWithRegistry());
    this.syncWithRegistry();
  }

  /** Calls in flight have ended by now; what is left of connections and processes ends here. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    for (const server of [...this.servers.values(), ...this.trials]) this.close(server);
    this.servers.clear();
    await Promise.all(this.closing);
  }

  /** In the order of registration, disabled ones too. */
  all(): PooledServer[] {
    return [...this.servers.values()];
  }

  get(id: string): PooledServer | undefined {
    return this.servers.get(id);
  }

  /** The enabled servers of a pool, which share its calls. */
  ofPool(pool: string): readonly PooledServer[] {
    return this.pools.get(pool) ?? [];
  }

  /** Child processes that are alive. */
  get processes(): number {
    return this.slots.size;
  }

  /** Called when servers were added, removed or changed. */
  onChange(listener: () => void): void {
    this.changes.add(listener);
  }

  /** Called whenever there may be room at a server of a pool, or there is no such pool any more. */
  onRoom(listener: (pool: string) => void): void {
    this.roomListeners.push(listener);
  }

  /** Work with a server that is none of the pool's. It is closed when the work has ended, and at the latest with the gateway. */
  async tried<Result>(
    registered: RegisteredServer,
    template: ServerTemplate,
    work: (server: PooledServer) => Promise<Result>,
  ): Promise<Result> {
    const server = this.create(registered, template);
    this.trials.add(server);
    try {
      return await work(server);
    } finally {
      this.trials.delete(server);
      this.close(server);
    }
  }

  private syncWithRegistry(): void {
    if (this.isStopped) return;
    const servers = new Map<string, PooledServer>();
    for (const registered of this.registry.all()) {
      const server = this.reuseOrCreate(registered);
      if (server) servers.set(server.id, server);
    }
    for (const server of this.servers.values()) if (servers.get(server.id) !== server) this.close(server);
    const pools = new Set([...this.servers.values(), ...servers.values()].map(({ pool }) => pool));
    this.servers = servers;
    this.pools = byPool(this.all().filter(({ isEnabled }) => isEnabled));
    this.changes.tell();
    for (const pool of pools) this.tellOfRoom(pool);
  }

  /** Undefined when its template is gone. */
  private reuseOrCreate(registered: RegisteredServer): PooledServer | undefined {
    const template = this.registry.template(registered.templateName);
    if (!template) return undefined;
    const known = this.servers.get(registered.id);
    if (!known?.isConnectedAs(registered)) return this.create(registered, template);
    known.update(registered);
    return known;
  }

  private create(registered: RegisteredServer, template: ServerTemplate): PooledServer {
    const { templateVariables: variables, outbound } = this.config;
    const connectionFor = (listener: ConnectionListener) =>
      new ReconnectingConnection({
        ...listener,
        name: registered.name,
        connectTimeoutMs: template.connectTimeoutMs,
        timeoutMs: template.timeoutMs,
        concurrency: template.concurrency,
        slots: this.slots,
        network: networkRulesOf(this.config.values, template),
        proxies: outbound.proxies,
        tls: this.tlsFilesOf(template),
        target: () => targetOf(template, registered.config, variables),
        protocol: template.protocol,
        mask: hiding([...secretsIn(template.config, registered.config), ...Object.values(variables)]),
      });
    const introduction = CallerIntroduction.to(registered.name, template, variables, (userId) => this.emails.of(userId));
    return new PooledServer(registered, template, connectionFor, () => this.tellOfRoom(registered.pool), introduction);
  }

  private tlsFilesOf({ tls = {} }: ServerTemplate) {
    const { ca_file: general } = this.config.values.servers;
    const { extraCaFile } = this.config.outbound;
    const proxyCaFiles = general === undefined ? [] : [extraCaFile, general].filter((file) => file !== undefined);
    const own = [general, tls.ca_file].filter((file) => file !== undefined);
    const caFiles = own.length === 0 || extraCaFile === undefined ? own : [extraCaFile, ...own];
    return { caFiles, certFile: tls.cert_file, keyFile: tls.key_file, proxyCaFiles };
  }

  private tellOfRoom(pool: string): void {
    for (const listener of this.roomListeners) listener(pool);
  }

  private close(server: PooledServer): void {
    const closed = server
      .close()
      .catch((error: Error) => this.logger.warn(`${server.name}: ${error.message}`))
      .finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}

function byPool(servers: readonly PooledServer[]): Map<string, PooledServer[]> {
  const pools = new Map<string, PooledServer[]>();
  for (const server of servers) pools.set(server.pool, [...(pools.get(server.pool) ?? []), server]);
  return pools;
}
