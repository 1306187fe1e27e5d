import { type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis, RedisOptions } from 'ioredis';
import type { RateLimiterRedis } from 'rate-limiter-flexible';
import { loggerFor } from '../common/log-contexts.js';
import { redisClient } from './redis-address.js';
import type { AppConfig } from '../config/app-config.js';

const CONNECT_TIMEOUT_MS = 1_000;
/** A command unanswered for this long breaks the connection, so that only one caller waits for it. */
const ANSWER_TIMEOUT_MS = 250;
/** Of the start's wait for the first attempt, which sentinels may make a long one. */
const FIRST_ATTEMPT_MS = 3_000;
const RECONNECT_STEP_MS = 50;
const RECONNECT_MAX_MS = 1_000;

const pauseBefore = (tries: number): number => Math.min(tries * RECONNECT_STEP_MS, RECONNECT_MAX_MS);

/** Commands do not queue while Redis is away, and none is sent twice, which would count twice. */
const OPTIONS: RedisOptions = {
  lazyConnect: true,
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: ANSWER_TIMEOUT_MS,
  retryStrategy: pauseBefore,
  sentinelRetryStrategy: pauseBefore,
  // A master that became a replica keeps its connections, and refuses to count.
  reconnectOnError: ({ message }) => message.includes('READONLY'),
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  disableClientInfo: true,
};

const REPLICA = 'it is a replica of another Redis, which cannot count';

/**
 * The connection to Redis, in which replicas count together; only with `redis_url`. Without Redis the gateway still
 * serves, and reconnects by itself. A Redis that is a replica of another one counts as away, until it or its address leads to a master.
 */
export class RedisConnection implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = loggerFor('Redis');
  private isAway = false;
  /** Known of each new connection, a moment after it is there. */
  private isMaster = false;

  constructor(
    private readonly client?: Redis,
    private readonly Counter?: typeof RateLimiterRedis,
  ) {}

  /** Without `redis_url` its packages, 20 MB in memory, are not loaded. */
  static async open({ values: { redis_url: url } }: AppConfig): Promise<RedisConnection> {
    if (!url) return new RedisConnection();
    const [{ Redis }, { RateLimiterRedis }] = await Promise.all([import('ioredis'), import('rate-limiter-flexible')]);
    return new RedisConnection(redisClient(Redis, url, OPTIONS), RateLimiterRedis);
  }

  get isConfigured(): boolean {
    return this.client !== undefined;
  }

  /** Whether it answered last time and can be asked now. */
  get isReady(): boolean {
    return this.isMaster && this.client?.status === 'ready';
  }

  /** Waits for the first attempt to connect, so that limits are shared from the first call on. */
  async onModuleInit(): Promise<void> {
    const { client } = this;
    if (!client) return;
    client.on('error', (error: Error) => this.lost(error)).on('close', () => (this.isMaster = false));
    const met = new Promise((resolve) => client.on('ready', () => void this.meet(client).then(resolve)));
    client.connect().catch(() => undefined); // said by the event, and tried again by the client
    await Promise.race([met, once(client, 'close'), pause(FIRST_ATTEMPT_MS, undefined, { ref: false })]).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }

  /** @throws Error when it does not answer, or does not count */
  async ping(): Promise<void> {
    await this.client?.ping();
    if (this.client && !this.isMaster) throw new Error(REPLICA);
  }

  /** Counters that all replicas share under this name; undefined without Redis. */
  counter(name: string, windowMs: number): RateLimiterRedis | undefined {
    if (!this.client || !this.Counter) return undefined;
    return new this.Counter({
      storeClient: this.client,
      keyPrefix: `tallygate:${name}`,
      // Only counts: the limit comes with each question, since keys have their own and change it.
      points: Number.MAX_SAFE_INTEGER,
      duration: windowMs / 1_000,
    });
  }

  /** Whoever may not ask for the role is believed to have a master. */
  private async meet(client: Redis): Promise<void> {
    const [role] = await client.role().catch(() => ['master']);
    if (role === 'master') return this.found();
    this.lost(new Error(REPLICA));
    setTimeout(() => client.disconnect(true), RECONNECT_MAX_MS).unref();
  }

  private lost(error: Error): void {
    if (this.isAway) return;
    this.isAway = true;
    const reason = error.message || (error as { code?: string }).code;
    this.logger.warn(`Redis does not answer, each replica counts limits for itself: ${reason}`);
  }

  private found(): void {
    this.isMaster = true;
    this.isAway = false;
    this.logger.log('Ready, replicas count limits together');
  }
}
