import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { PeriodicTask } from '../../common/periodic-task.js';
import type { HealthReport } from './health-report.js';
import { ToolPins } from '../approval/tool-pins.service.js';
import type { UpstreamOffer } from '../connection/offered-lists.js';
import type { UpstreamServer } from './pooled-server.js';
import { UpstreamServers } from './server-pool.service.js';

/** How often servers are looked through for those whose check is due. */
const TICK_MS = 100;
/** Checks in flight at once; the others wait for the next tick. */
const CHECKS_MAX = 16;
/** How long a start waits for servers to say what they offer. What a slower one offers is there when it has said it. */
const FIRST_CHECKS_MS = 3_000;

const UNKNOWN_HEALTH: HealthReport = { state: 'unknown', checkedAt: null, latencyMs: null, error: null };

/** Asks every server again and again how it is and what it offers; what calls show is counted as well. */
@Injectable()
export class ServerHealth implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ServerHealth');
  private readonly task = new PeriodicTask('ServerHealth', TICK_MS, async () => this.tick());
  private readonly checking = new Map<string, Promise<void>>();
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly servers: UpstreamServers,
    private readonly pins: ToolPins,
  ) {}

  /** Resolves before the listeners open, so that a replica that has just started knows the tools that the others know. */
  async onApplicationBootstrap(): Promise<void> {
    // A change of a server may be an approval: its list is read again, with its pins.
    this.servers.onChange(() => {
      for (const server of this.servers.all()) server.staleList();
      this.task.nudge();
    });
    this.task.start();
    await Promise.resolve(); // `UpstreamServers` starts in the same turn, perhaps after this
    this.tick();
    await Promise.race([Promise.all(this.checking.values()), pause(FIRST_CHECKS_MS, undefined, { ref: false })]);
  }

  /** Checks in flight end with their connections. */
  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** Of a server that is not at work here, e.g. since its template was taken away, nothing is known. */
  of(serverId: string): HealthReport {
    return this.servers.get(serverId)?.health ?? UNKNOWN_HEALTH;
  }

  /** Source 003, "Health Check". Disabled servers are not counted. */
  numbers(): { total: number; healthy: number; unhealthy: number } {
    const states = this.servers.all().flatMap(({ instance, health }) => (instance.enabled ? [health.state] : []));
    const count = (wanted: string) => states.filter((state) => state === wanted).length;
    return { total: states.length, healthy: count('healthy'), unhealthy: count('unhealthy') };
  }

  /** Asks it now, whatever is due, and waits for the answer. */
  async check(serverId: string): Promise<HealthReport> {
    const server = this.servers.get(serverId);
    if (server?.instance.enabled) {
      server.staleList();
      await (this.checking.get(serverId) ?? this.checkOne(server));
    }
    return this.of(serverId);
  }

  /** Called when some server offers other tools, resources or prompts than before. */
  onOfferChanged(listener: () => void): void {
    this.listeners.push(listener);
  }

  private tick(): void {
    const now = performance.now();
    for (const server of this.servers.all()) {
      if (this.checking.size >= CHECKS_MAX) return;
      if (server.isDue(now) && !this.checking.has(server.id)) void this.checkOne(server);
    }
  }

  private checkOne(server: UpstreamServer): Promise<void> {
    const before = server.health.state;
    const check = this.ask(server).finally(() => {
      this.checking.delete(server.id);
      const { state, error } = server.health;
      if (state !== before) this.logger.log(`${server.instance.name} is ${state}${error ? `: ${error}` : ''}`);
    });
    this.checking.set(server.id, check);
    return check;
  }

  private async ask(server: UpstreamServer): Promise<void> {
    await server.check();
    if (!server.isListStale || server.health.error !== null) return;
    try {
      const offer = await server.list();
      const approved = await this.pins.admit(server.id, offer.tools);
      const isSame = isUnchanged(server.approved, approved) && isDeepStrictEqual(rest(server.offer), rest(offer));
      if (!isUnchanged(server.approved, approved)) this.logQuarantined(server, offer.tools.length - approved.size);
      Object.assign(server, { offer, approved });
      if (!isSame) for (const listener of this.listeners) listener();
    } catch (error) {
      this.logger.warn(`What ${server.instance.name} offers cannot be listed: ${(error as Error).message}`);
    }
  }

  private logQuarantined({ instance }: UpstreamServer, count: number): void {
    if (count === 0) return;
    this.logger.warn(
      `${instance.name}: ${count} tools are new or changed and wait for approval (GET /servers/${instance.name}/tools)`,
    );
  }
}

const isUnchanged = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([tool, pin]) => b.get(tool) === pin);

/** What needs no approval. */
const rest = ({ resources, templates, prompts }: UpstreamOffer) => ({ resources, templates, prompts });
