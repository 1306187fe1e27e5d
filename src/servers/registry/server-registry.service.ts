import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';
import { ConfigCipher } from './config-cipher.js';
import { ServerChangeListener } from './server-change.listener.js';
import type { RegisteredServer } from './registered-server.js';
import { ServersRepository, type StoredServer } from './servers.repository.js';
import { UnplacedServers } from './unplaced-servers.service.js';
import type { ServerTemplate } from '../templates/server-template.js';
import { ServerTemplates } from '../templates/server-templates.service.js';
import { NO_CHANGES, type PoolChanges } from '../tool-changes/tool-change.js';
import { ToolChangesRepository } from '../tool-changes/tool-changes.repository.js';

/** Pause between two looks for changes whose notification was lost. */
const CHECK_PAUSE_MS = 1_000;

/** Every registered server, and what is changed of their tools, in memory. Changes by other replicas are known at most a second later. */
@Injectable()
export class ServerRegistry implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = loggerFor('Servers');
  private readonly task = new PeriodicTask('Servers', CHECK_PAUSE_MS, () => this.catchUp());
  private readonly listeners = new ChangeListeners();
  private servers: readonly RegisteredServer[] = [];
  private toolChanges: ReadonlyMap<string, PoolChanges> = new Map();
  private version = '';
  private reading: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(
    private readonly repository: ServersRepository,
    private readonly unplaced: UnplacedServers,
    private readonly templates: ServerTemplates,
    private readonly cipher: ConfigCipher,
    private readonly changes: ServerChangeListener,
    private readonly changedTools: ToolChangesRepository,
  ) {}

  /** When it resolves, `all` is complete. */
  async onModuleInit(): Promise<void> {
    await this.reload();
    this.changes.onChange(() => this.reloadOrWarn());
    this.task.start();
    this.task.nudge();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
    await this.changes.close();
  }

  /** In the order of registration; disabled ones too. The same array until something changes. */
  all(): readonly RegisteredServer[] {
    return this.servers;
  }

  /** By id or name. */
  find(idOrName: string): RegisteredServer | undefined {
    return this.servers.find(({ id, name }) => id === idOrName || name === idOrName);
  }

  /** What a call means by this name, of a pool or a server, or by this id: the pool, and the one server of it, where it is one. */
  reach(name: string): { pool: string; serverId?: string } | undefined {
    if (this.servers.some(({ pool }) => pool === name)) return { pool: name };
    const server = this.find(name);
    return server && { pool: server.pool, serverId: server.id };
  }

  /** What operators have changed of a pool's tools. */
  changesOf(pool: string): PoolChanges {
    return this.toolChanges.get(pool) ?? NO_CHANGES;
  }

  /** Undefined when the operator has removed it since. */
  template(name: string): ServerTemplate | undefined {
    return this.templates.find(name);
  }

  /** Called after every change, whichever replica made it. Must not throw. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Reads the servers again: what was committed before the call is known after it. At most one further reading waits. */
  reload(): Promise<void> {
    if (!this.reading) return (this.reading = this.read().finally(() => (this.reading = undefined)));
    return (this.next ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.reload();
      }));
  }

  /**
   * Listens first: later changes are told, earlier ones are read here. Reads also when listening fails, and fails after that.
   */
  private async catchUp(): Promise<void> {
    const listening = await Promise.allSettled([this.changes.listen()]);
    if ((await this.repository.version()) !== this.version) await this.reload();
    for (const { status, reason } of listening as PromiseRejectedResult[]) if (status === 'rejected') throw reason;
  }

  private reloadOrWarn(): void {
    void this.reload().catch((error: Error) => this.logger.warn(`Cannot read the servers: ${error.message}; trying again`));
  }

  private async read(): Promise<void> {
    let stored = await this.repository.all();
    if (stored.version === this.version) return;
    if (await this.unplaced.place(stored.servers)) stored = await this.repository.all();
    const { version, servers } = stored;
    // Of the version or newer: then that is read next.
    this.toolChanges = await this.changedTools.all();
    this.version = version;
    this.servers = servers.map((server) => this.opened(server));
    this.listeners.tell();
  }

  /** With its config in clear, or disabled when that cannot be opened. */
  private opened({ config, ...stored }: StoredServer): RegisteredServer {
    const server = { ...stored, pool: stored.pool ?? stored.name };
    try {
      return { ...server, config: this.cipher.open(server.id, config) };
    } catch {
      const problem = 'Its config cannot be read: it was stored under another secret key. Register it again.';
      this.logger.error(`${server.name}: ${problem}`);
      return { ...server, config: {}, enabled: false, problem };
    }
  }
}
