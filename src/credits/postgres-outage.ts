import { Logger } from '@nestjs/common';
import { TallygateError } from '../common/tallygate-error.js';
import { isDataFault } from '../database/data-fault.js';

/** After a failure, what waits already is refused without another try; else each batch would wait for its own timeout. */
const REFUSE_AFTER_FAILURE_MS = 200;

/** Turns failures of PostgreSQL into UNAVAILABLE, and keeps those who wait from queueing up behind a dead connection. */
export class PostgresOutage {
  private readonly logger: Logger;
  private isDown = false;
  /** Monotonic, ms. */
  private refusedUntil = 0;

  constructor(name: string) {
    this.logger = new Logger(name);
  }

  /** @throws UNAVAILABLE; an item's own fault passes through as it is. */
  async guard<T>(statement: () => Promise<T>): Promise<T> {
    if (performance.now() < this.refusedUntil) throw unavailable();
    try {
      const result = await statement();
      this.comeUp();
      return result;
    } catch (error) {
      if (isDataFault(error)) throw error;
      this.goDown(error as Error);
      throw unavailable(error);
    }
  }

  private goDown({ message }: Error): void {
    if (!this.isDown) this.logger.error(`Credits cannot be counted, priced calls are refused: ${message}`);
    this.isDown = true;
    this.refusedUntil = performance.now() + REFUSE_AFTER_FAILURE_MS;
  }

  private comeUp(): void {
    if (this.isDown) this.logger.log('Credits are counted again');
    this.isDown = false;
  }
}

/** PostgreSQL did not take it, or nobody knows whether it did. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof TallygateError && (error.code === 'UNAVAILABLE' || error.code === 'OVERLOADED');

const unavailable = (cause?: unknown): TallygateError =>
  new TallygateError(
    'UNAVAILABLE',
    'Credits cannot be counted right now, so no priced call is answered. Try again in a moment.',
    {
      retryAfterSeconds: 1,
      cause,
    },
  );
