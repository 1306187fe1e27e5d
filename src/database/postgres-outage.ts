import { type Logger } from '@nestjs/common';
import { loggerFor, type LogContext } from '../common/log-contexts.js';
import { TallygateError } from '../common/tallygate-error.js';
import { isDataError } from './is-data-error.js';

/** After a failure, what waits already is refused without another try; else each batch would wait for its own timeout. */
const REFUSE_AFTER_FAILURE_MS = 200;

export interface OutageWords {
  /** Who says it in the log. */
  context: LogContext;
  /** Logged once when it begins, before the reason, and once when it is over. */
  down: string;
  up: string;
  /** What callers are told. */
  refusal: string;
}

/** Turns failures of PostgreSQL into UNAVAILABLE, and keeps those who wait from queueing up behind a dead connection. */
export class PostgresOutage {
  private readonly logger: Logger;
  private down = false;
  /** Monotonic, ms. */
  private refusedUntil = 0;

  constructor(private readonly words: OutageWords) {
    this.logger = loggerFor(words.context);
  }

  /** Whether the last statement failed. */
  get isDown(): boolean {
    return this.down;
  }

  /** @throws UNAVAILABLE, untried right after a failure; an item's own fault passes through as it is. */
  async guard<T>(statement: () => Promise<T>): Promise<T> {
    if (performance.now() < this.refusedUntil) throw this.unavailable();
    return this.attempt(statement);
  }

  /** As `guard`, but always tried: to find out whether it is over. */
  async attempt<T>(statement: () => Promise<T>): Promise<T> {
    try {
      const result = await statement();
      this.comeUp();
      return result;
    } catch (error) {
      if (isDataError(error)) throw error;
      this.goDown(error as Error);
      throw this.unavailable(error);
    }
  }

  private goDown({ message }: Error): void {
    if (!this.down) this.logger.error(`${this.words.down}: ${message}`);
    this.down = true;
    this.refusedUntil = performance.now() + REFUSE_AFTER_FAILURE_MS;
  }

  private comeUp(): void {
    if (this.down) this.logger.log(this.words.up);
    this.down = false;
    this.refusedUntil = 0;
  }

  private unavailable(cause?: unknown): TallygateError {
    return new TallygateError('UNAVAILABLE', this.words.refusal, { retryAfterSeconds: 1, cause });
  }
}

/** PostgreSQL did not take it, or nobody knows whether it did. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof TallygateError && (error.code === 'UNAVAILABLE' || error.code === 'OVERLOADED');
