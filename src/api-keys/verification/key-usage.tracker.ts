import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { ApiKeysRepository, type KeyUse } from '../keys/api-keys.repository.js';

const WRITE_PAUSE_MS = 10_000;
/** Keys used between two writes; more are not noted until the next write, which only makes `last_used_at` coarser. */
const KEYS_MAX = 100_000;

/** When each key was last used, and by what: noted in memory on every call, written in one statement every ten seconds. */
@Injectable()
export class KeyUsageTracker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = loggerFor('Key usage');
  private readonly task = new PeriodicTask('Key usage', WRITE_PAUSE_MS, () => this.flush());
  private used = new Map<string, KeyUse>();

  constructor(private readonly repository: ApiKeysRepository) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  /** @param at Milliseconds since the epoch. @param client What made a call with it; absent for a key that was only shown. */
  touch(keyId: string, at: number, client?: string): void {
    const use = this.used.get(keyId);
    if (!use && this.used.size >= KEYS_MAX) return;
    if (!use) return void this.used.set(keyId, client === undefined ? { at } : { at, client });
    use.at = at;
    if (client !== undefined) use.client = client;
  }

  /** What cannot be written is kept for the next time, unless a key was used again meanwhile. */
  async flush(): Promise<void> {
    const writing = this.used;
    if (writing.size === 0) return;
    this.used = new Map();
    try {
      await this.repository.setLastUsed(writing);
    } catch (error) {
      for (const [keyId, use] of writing) if (!this.used.has(keyId) && this.used.size < KEYS_MAX) this.used.set(keyId, use);
      throw error;
    }
  }

  /** The last write. When it fails, ten seconds of `last_used_at` are lost, which is not worth failing the shutdown. */
  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
    await this.flush().catch((error: Error) => this.logger.warn(`The last uses of API keys are not written: ${error.message}`));
  }
}
