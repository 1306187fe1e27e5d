import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis, RedisOptions } from 'ioredis';
import type { RateLimiterRedis } from 'rate-limiter-flexible';
import type { AppConfig } from '../config/app-config.js';

const CONNECT_TIMEOUT_MS = 1_000;
/** A question without an answer for this long breaks the connection, so that one caller waits for it and no more. */
const ANSWER_TIMEOUT_MS = 250;
const RECONNECT_STEP_MS = 50;
const RECONNECT_MAX_MS = 1_000;

/** Nothing waits in a queue for Redis to come back, and nothing is counted twice by being sent again. */
const OPTIONS: RedisOptions = {
  lazyConnect: true,
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: ANSWER_TIMEOUT_MS,
  retryStrategy: (tries) => Math.min(tries * RECONNECT_STEP_MS, RECONNECT_MAX_MS),
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  disableClientInfo: true,
};

/** Redis, where replicas count together; there only with `redis_url`. The gateway serves without it, and finds it again. */
export class RedisConnection implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  private isAway = false;

  constructor(
    private readonly client?: Redis,
    private readonly Counter?: typeof RateLimiterRedis,
  ) {}

  /** Without Redis its packages, 20 MB in memory, are not loaded. */
  static async open({ values: { redis_url: url } }: AppConfig): Promise<RedisConnection> {
    if (!url) return new RedisConnection();
    const [{ Redis }, { RateLimiterRedis }] = await Promise.all([import('ioredis'), import('rate-limiter-flexible')]);
    return new RedisConnection(new Redis(url, OPTIONS), RateLimiterRedis);
  }

  get isConfigured(): boolean {
    return this.client !== undefined;
  }

  /** Whether it answered last and can be asked now. */
  get isReady(): boolean {
    return this.client?.status === 'ready';
  }

  /** Waits for the first attempt, so that counting is shared from the first call on where Redis is there. */
  async onModuleInit(): Promise<void> {
    this.client?.on('error', (error: Error) => this.lost(error)).on('ready', () => this.found());
    await this.client?.connect().catch(() => undefined); // said by the event, and tried again by the client
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }

  /** @throws Error when it does not answer. */
  async ping(): Promise<void> {
    await this.client?.ping();
  }

  /** Counters that all replicas share under this name; none without Redis. */
  counter(name: string, windowMs: number): RateLimiterRedis | undefined {
    if (!this.client || !this.Counter) return undefined;
    return new this.Counter({
      storeClient: this.client,
      keyPrefix: `tallygate:${name}`,
      // It only counts: a limit comes with each question, since keys carry their own and change it.
      points: Number.MAX_SAFE_INTEGER,
      duration: windowMs / 1_000,
    });
  }

  private lost(error: Error): void {
    if (this.isAway) return;
    this.isAway = true;
    const reason = error.message || (error as { code?: string }).code;
    this.logger.warn(`Redis does not answer, each replica counts limits for itself: ${reason}`);
  }

  private found(): void {
    this.isAway = false;
    this.logger.log('Ready, replicas count limits together');
  }
}
