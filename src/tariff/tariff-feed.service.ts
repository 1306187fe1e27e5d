import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PeriodicTask } from '../common/concurrency/periodic-task.js';
import { loggerFor } from '../common/log-contexts.js';
import { HourlyLimits } from '../limits/hourly-limits.js';
import { Postgres } from '../database/postgres.js';
import { Tariff } from './tariff.js';
import { TariffRepository } from './tariff.repository.js';

/** Pause between two looks for changes whose notification was lost. */
const CHECK_PAUSE_MS = 1_000;

/**
 * Keeps the tariff of this replica as admins have set it, whichever replica they asked: within milliseconds, and within a second where a
 * notification was lost. While PostgreSQL is away the last known tariff stays.
 */
@Injectable()
export class TariffFeed implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = loggerFor('Credits');
  private readonly task = new PeriodicTask('Credits', CHECK_PAUSE_MS, () => this.catchUp());
  private stopListening: () => void = () => undefined;
  private version = '';
  /** Readings follow each other, so that an older one never replaces a newer one. */
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: TariffRepository,
    private readonly tariff: Tariff,
    private readonly postgres: Postgres,
    private readonly limits: HourlyLimits,
  ) {}

  /** When it resolves, calls cost what they should. */
  async onModuleInit(): Promise<void> {
    const setLimits = () => this.limits.setTiers(this.tariff.tierValues);
    setLimits();
    this.tariff.onChange(setLimits);
    await this.reload();
    this.stopListening = this.postgres.listen('tariff_changes', {
      onNotification: () => void this.follow(),
      onListening: () => void this.follow({ isOtherServer: true }),
    });
    this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopListening();
    await this.task.stop();
    await this.reading.catch(() => undefined);
  }

  /**
   * Reads it again: what was committed before the call is known after it; where it cannot be read, soon. Behind a new connection may be
   * another server, which lost the last changes and has counted on from there: its version says nothing of what it holds.
   */
  async follow({ isOtherServer = false } = {}): Promise<void> {
    const failed = ({ message }: Error) => this.logger.warn(`Cannot read the prices: ${message}; trying again`);
    await this.reload(isOtherServer).catch(failed);
  }

  private reload(isOtherServer = false): Promise<void> {
    const read = () => {
      if (isOtherServer) this.version = '';
      return this.read();
    };
    return (this.reading = this.reading.catch(() => undefined).then(read));
  }

  private async catchUp(): Promise<void> {
    if ((await this.repository.version()) !== this.version) await this.reload();
  }

  private async read(): Promise<void> {
    const { version, overrides } = await this.repository.all();
    if (version === this.version) return;
    this.version = version;
    this.tariff.replace(overrides);
  }
}
