import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { AppConfig } from '../config/app-config.js';

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
@Injectable()
export class RedisConnection implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  private readonly client: Redis | undefined;
  private isAway = false;

  constructor(config: AppConfig) {
    const url = config.values.redis_url;
    if (url) this.client = new Redis(url, OPTIONS);
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
    if (!this.client) return undefined;
    return new RateLimiterRedis({
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
