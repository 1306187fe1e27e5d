import { shownWords } from '../../telemetry/shown-words.js';
import { ServerError } from '../../tools/source/server-error.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import {
  afterDoubtfulFailure,
  afterFailure,
  afterSuccess,
  circuitOf,
  UNTRIED,
  type Circuit,
  type CircuitBreaker,
  type HealthState,
} from './circuit-breaker.js';
import type { WaitingOffers } from './waiting-offers.js';

/** Share of the newest answer in the moving average. */
const LATENCY_WEIGHT = 0.2;
/** A server that is not healthy is checked again this soon, however long its interval is. */
const RECHECK_MS = 1_000;

/** How a server is, as far as this replica knows. */
export interface HealthReport {
  state: HealthState;
  /** When it became so; null before the first check. */
  since: Date | null;
  /** Null before the first check. */
  checkedAt: Date | null;
  /** Of the last check that was answered, milliseconds. */
  latencyMs: number | null;
  /** Why it is not healthy, without secrets; null when it is. */
  error: string | null;
  /** What its program said of it, or what can be done, for operators (`UpstreamFailure.words`, `advice`). */
  words?: string | undefined;
  /** Tools of its pool that it gets no calls of, since it lacks them or defines them otherwise. */
  differs?: readonly string[];
  /** What it offers that waits for approval. */
  waiting?: WaitingOffers;
}

export const UNKNOWN_HEALTH: HealthReport = { state: 'unknown', since: null, checkedAt: null, latencyMs: null, error: null };

/** What one check has shown. */
export type CheckResult = { latencyMs: number } | { failure: Pick<HealthReport, 'words'> & { error: string } };

/** Why a server is not healthy, in its own words too where there are some. */
export const wordsOf = ({ error, words }: Pick<HealthReport, 'error' | 'words'>): string | null =>
  error && words ? `${error} ${words}` : error;

/** The health of one server, as its checks and calls show it, and when it is to be checked again. */
export class ServerHealth {
  private breaker = UNTRIED;
  /** Whose calls have failed since something was answered. */
  private readonly failedCallers = new Set<string>();
  private averageMs = 0;
  private last: Omit<HealthReport, 'state' | 'since'> = UNKNOWN_HEALTH;
  private since: Date | null = null;
  /** When the next check is due, monotonic clock, ms; infinite while one runs. */
  private checkAt = -Infinity;

  get report(): HealthReport {
    return { ...this.last, state: this.breaker.state, since: this.since };
  }

  get circuit(): Circuit {
    return circuitOf(this.breaker, performance.now());
  }

  /** Moving average of the time it takes to answer, milliseconds; 0 when it has not answered yet. */
  get latencyMs(): number {
    return this.averageMs;
  }

  /** `now` by the monotonic clock, ms. A server whose circuit is open is left in peace. */
  isCheckDue(now: number): boolean {
    return now >= this.checkAt && this.circuit !== 'open';
  }

  /** Has it checked at once, or once more where a check runs. */
  expectCheck(): void {
    this.checkAt = -Infinity;
  }

  /**
   * Asks the server something; the next check is due `intervalMs` later. Never fails: what went wrong is in the report.
   * Undefined for a check that says nothing of the server, such as one that there was no room for.
   */
  async check(ask: () => Promise<unknown>, intervalMs: number): Promise<CheckResult | undefined> {
    this.checkAt = Infinity;
    const startedAt = performance.now();
    try {
      await this.observe(ask);
      return { latencyMs: performance.now() - startedAt };
    } catch (error) {
      return isServersFault(error) ? { failure: failureIn(error) } : undefined;
    } finally {
      const pauseMs = this.breaker.state === 'healthy' ? intervalMs : Math.min(RECHECK_MS, intervalMs);
      if (this.checkAt === Infinity) this.checkAt = performance.now() + pauseMs;
    }
  }

  /**
   * Every answer says something of its health; one with an error too says that it works.
   * @param callerId whose request it is; absent for a check. @throws what `ask` throws
   */
  async observe<T>(ask: () => Promise<T>, callerId?: string): Promise<T> {
    const startedAt = performance.now();
    try {
      const answer = await ask();
      this.recordSuccess(performance.now() - startedAt);
      return answer;
    } catch (error) {
      if (isServersFault(error)) this.recordFailure(error, callerId);
      else if (error instanceof ServerError) this.recordSuccess(performance.now() - startedAt);
      throw error;
    }
  }

  private recordSuccess(latencyMs: number): void {
    this.failedCallers.clear();
    this.enter(afterSuccess(this.breaker));
    this.averageMs = this.averageMs === 0 ? latencyMs : this.averageMs + LATENCY_WEIGHT * (latencyMs - this.averageMs);
    this.last = { checkedAt: new Date(), latencyMs: Math.round(latencyMs * 1_000) / 1_000, error: null };
  }

  /**
   * @param failure its words, or advice, are in the report.
   * @param callerId whose call failed; absent for a check. What one caller asks may fail for its arguments, again and again: only a
   * check, or failures of several callers, say that the server does not work.
   */
  private recordFailure(failure: UpstreamFailure, callerId?: string): void {
    if (callerId !== undefined && this.failedCallers.size < 2) this.failedCallers.add(callerId);
    const isProof = callerId === undefined || this.failedCallers.size > 1;
    this.enter(isProof ? afterFailure(this.breaker, performance.now()) : afterDoubtfulFailure(this.breaker));
    this.last = { ...this.last, checkedAt: new Date(), ...failureIn(failure) };
    if (this.checkAt !== Infinity) this.checkAt = Math.min(this.checkAt, performance.now() + RECHECK_MS);
  }

  private enter(next: CircuitBreaker): void {
    if (next.state !== this.breaker.state) this.since = new Date();
    this.breaker = next;
  }
}

const isServersFault = (error: unknown): error is UpstreamFailure => error instanceof UpstreamFailure && error.isServersFault;

/** As it is kept, for who looks: the server's own words may be anything. */
const failureIn = ({ message, words, advice }: UpstreamFailure) => ({
  error: shownWords(message),
  words: words === undefined ? advice : shownWords(words),
});
