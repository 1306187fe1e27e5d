import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PeriodicTask } from '../../common/periodic-task.js';
import { ConfigCipher } from './config-cipher.js';
import { ServerChangeListener } from './server-change.listener.js';
import type { ServerInstance } from './registered-server.js';
import { ServersRepository, type StoredServer } from './servers.repository.js';
import type { ServerTemplate } from '../templates/template.js';
import { ServerTemplates } from '../templates/templates.service.js';

/** A notification is faster; this is for one that was lost. */
const CHECK_PAUSE_MS = 1_000;

/** Every registered server, in memory, as all replicas see them at most a second later. */
@Injectable()
export class ServerRegistry implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Servers');
  private readonly task = new PeriodicTask('Servers', CHECK_PAUSE_MS, () => this.follow());
  private readonly listeners: (() => void)[] = [];
  private servers: readonly ServerInstance[] = [];
  private version = '';
  private reading: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(
    private readonly repository: ServersRepository,
    private readonly templates: ServerTemplates,
    private readonly cipher: ConfigCipher,
    private readonly changes: ServerChangeListener,
  ) {}

  /** When it is done, `all` is complete. */
  async onModuleInit(): Promise<void> {
    await this.reload();
    this.changes.onChange(() => this.hear());
    this.task.start();
    this.task.nudge();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
    await this.changes.close();
  }

  /** In the order of registration; disabled ones too. The same array until something changes. */
  all(): readonly ServerInstance[] {
    return this.servers;
  }

  /** By id or name. */
  find(idOrName: string): ServerInstance | undefined {
    return this.servers.find(({ id, name }) => id === idOrName || name === idOrName);
  }

  /** Undefined when the operator has taken it away since. */
  template(name: string): ServerTemplate | undefined {
    return this.templates.find(name);
  }

  /** Called after every change, whichever replica made it. Must not throw. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Reads again what may have changed; what was committed before the call is known after it. One reading waits at most. */
  reload(): Promise<void> {
    if (!this.reading) return (this.reading = this.read().finally(() => (this.reading = undefined)));
    return (this.next ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.reload();
      }));
  }

  /** Listening comes first: what changes from then on is told, what changed before is read, also when nobody listens. */
  private async follow(): Promise<void> {
    const listening = await Promise.allSettled([this.changes.listen()]);
    if ((await this.repository.version()) !== this.version) await this.reload();
    for (const { status, reason } of listening as PromiseRejectedResult[]) if (status === 'rejected') throw reason;
  }

  private hear(): void {
    void this.reload().catch((error: Error) => this.logger.warn(`Cannot read the servers: ${error.message}; trying again`));
  }

  private async read(): Promise<void> {
    const { version, servers } = await this.repository.all();
    if (version === this.version) return;
    this.version = version;
    this.servers = servers.map((server) => this.instanceOf(server));
    for (const listener of this.listeners) listener();
  }

  private instanceOf({ config, ...server }: StoredServer): ServerInstance {
    try {
      return { ...server, config: this.cipher.open(server.id, config) };
    } catch {
      const problem = 'Its config cannot be read: it was stored under another secret key. Register it again.';
      this.logger.error(`${server.name}: ${problem}`);
      return { ...server, config: {}, enabled: false, problem };
    }
  }
}
