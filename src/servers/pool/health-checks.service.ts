import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';
import { endedWithin } from '../../common/concurrency/deadline.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { shownWords } from '../../telemetry/shown-words.js';
import { ServerPins } from '../approval/server-pins.service.js';
import type { HealthState } from './circuit-breaker.js';
import type { PooledServer } from './pooled-server.js';
import { UNKNOWN_HEALTH, wordsOf, type CheckResult, type HealthReport } from './server-health.js';
import { ServerPool } from './server-pool.service.js';
import { countOf, waitingWords } from './waiting-offers.js';

/** Pause between two looks for servers whose check is due. */
const TICK_MS = 100;
/** Checks in flight at once; the others wait for the next tick. */
const CHECKS_MAX = 16;
/** How long a start, or a registration, waits for servers to say what they offer. What a slower one offers is added when it has said it. */
const FIRST_CHECKS_MS = 3_000;

/** How many servers there are, how they are, and how many of their definitions wait for approval. */
export interface ServerNumbers {
  total: number;
  healthy: number;
  unhealthy: number;
  waiting_for_approval?: number;
}

/** A check that has been made of a server, which is as it says now. */
export interface MadeCheck {
  serverId: string;
  state: HealthState;
  result: CheckResult;
}

/** Checks regularly how every server is, and reads what it offers. What calls show of a server's health counts as well. */
@Injectable()
export class HealthChecks implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = loggerFor('Server health');
  private readonly task = new PeriodicTask('Server health', TICK_MS, async () => this.checkDue());
  private readonly checking = new Map<string, Promise<void>>();
  private readonly offerChanges = new ChangeListeners();
  private readonly made = new ChangeListeners<MadeCheck>();

  constructor(
    private readonly pool: ServerPool,
    private readonly pins: ServerPins,
  ) {}

  /** Resolves before the listeners open, so that a replica that has just started knows the tools that the others know. */
  async onApplicationBootstrap(): Promise<void> {
    // A change of a server may be an approval, which counts when its lists are read again.
    this.pool.onChange(() => {
      for (const server of this.pool.all()) server.expireLists();
      this.task.nudge();
    });
    this.task.start();
    await Promise.resolve(); // `ServerPool` starts in the same turn, perhaps after this
    this.checkDue();
    await endedWithin(Promise.all(this.checking.values()), FIRST_CHECKS_MS);
  }

  /** Checks in flight end with their connections. */
  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** `unknown` for a server that is not at work here, such as one whose template is gone. */
  of(serverId: string): HealthReport {
    const server = this.pool.get(serverId);
    if (!server) return UNKNOWN_HEALTH;
    const { health, offers } = server;
    return { ...health, error: health.error ?? offers.problem, differs: offers.differing, waiting: offers.waiting };
  }

  /** Source 003, "Health Check". Disabled servers are not counted. */
  numbers(): ServerNumbers {
    const servers = this.pool.all().filter(({ isEnabled }) => isEnabled);
    const count = (wanted: string) => servers.filter(({ health }) => health.state === wanted).length;
    const waiting = servers.reduce((sum, { offers }) => sum + countOf(offers.waiting), 0);
    return {
      total: servers.length,
      healthy: count('healthy'),
      unhealthy: count('unhealthy'),
      ...(waiting > 0 && { waiting_for_approval: waiting }),
    };
  }

  /** Checks a server now, unless it is disabled, and waits for the answer. */
  async check(serverId: string): Promise<HealthReport> {
    const server = this.pool.get(serverId);
    if (server?.isEnabled) {
      server.expireLists();
      await this.checking.get(serverId); // which may have read the lists before
      if (server.areListsStale) await (this.checking.get(serverId) ?? this.checkOne(server));
    }
    return this.of(serverId);
  }

  /** A server that was just registered, as its first check shows it; a slow one is waited for a little only. */
  async first(serverId: string): Promise<HealthReport> {
    await endedWithin(this.check(serverId), FIRST_CHECKS_MS);
    return this.of(serverId);
  }

  /** Called when some server offers other tools, resources or prompts than before. */
  onOfferChanged(listener: () => void): void {
    this.offerChanges.add(listener);
  }

  /** Called after every check that says something of a server. Must not throw. */
  onChecked(listener: (check: MadeCheck) => void): void {
    this.made.add(listener);
  }

  private checkDue(): void {
    const now = performance.now();
    for (const server of this.pool.all()) {
      if (this.checking.size >= CHECKS_MAX) return;
      if (server.isCheckDue(now) && !this.checking.has(server.id)) void this.checkOne(server);
    }
  }

  private checkOne(server: PooledServer): Promise<void> {
    const before = server.health.state;
    const check = this.checkAndList(server).finally(() => {
      this.checking.delete(server.id);
      const why = wordsOf(server.health);
      const { state } = server.health;
      if (state !== before) this.logger.log(`${server.name} is ${state}${why ? `: ${why}` : ''}`);
    });
    this.checking.set(server.id, check);
    return check;
  }

  private async checkAndList(server: PooledServer): Promise<void> {
    const result = await server.check();
    // Of one that was taken from work meanwhile, as when the gateway stops, it says no more than that.
    if (result && this.pool.get(server.id) === server)
      this.made.tell({ serverId: server.id, state: server.health.state, result });
    if (!server.areListsStale || server.health.error !== null) return;
    try {
      await this.list(server);
      server.offers.problem = null;
    } catch (error) {
      const problem = `What it offers cannot be listed: ${shownWords((error as Error).message)}`;
      if (server.offers.problem !== problem) this.logger.warn(`${server.name}: ${problem}`);
      server.offers.problem = problem;
    }
  }

  private async list(server: PooledServer): Promise<void> {
    const admitted = await this.pins.admit(server, await server.readLists());
    const before = countOf(server.offers.waiting);
    const isChanged = server.offer(admitted);
    if (countOf(admitted.waiting) > before) this.logger.warn(`${server.name}: ${waitingWords(server.name, admitted.waiting)}`);
    if (isChanged) this.offerChanges.tell();
  }
}
