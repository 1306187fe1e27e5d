import { type Logger } from '@nestjs/common';
import { loggerFor, type LogContext } from '../common/log-contexts.js';
import { TallygateError } from '../common/tallygate-error.js';
import { isDataError } from './is-data-error.js';

export interface OutageWords {
  /** Who says it in the log. */
  context: LogContext;
  /** Logged once when it begins, before the reason, and once when it is over. */
  down: string;
  up: string;
  /** What callers are told. */
  refusal: string;
}

/** Turns failures of PostgreSQL into UNAVAILABLE, and knows whether it is away. */
export class PostgresOutage {
  private readonly logger: Logger;
  private down = false;

  constructor(private readonly words: OutageWords) {
    this.logger = loggerFor(words.context);
  }

  /** Whether the last statement failed. */
  get isDown(): boolean {
    return this.down;
  }

  /** @throws UNAVAILABLE; an item's own fault passes through as it is. */
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
  }

  private comeUp(): void {
    if (this.down) this.logger.log(this.words.up);
    this.down = false;
  }

  private unavailable(cause?: unknown): TallygateError {
    return new TallygateError('UNAVAILABLE', this.words.refusal, { retryAfterSeconds: 1, cause });
  }
}

/** PostgreSQL did not take it, or nobody knows whether it did. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof TallygateError && (error.code === 'UNAVAILABLE' || error.code === 'OVERLOADED');
