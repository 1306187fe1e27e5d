import {
  afterDoubtfulFailure,
  afterFailure,
  afterSuccess,
  circuitOf,
  UNTRIED,
  type Circuit,
  type HealthState,
} from './circuit-breaker.js';

/** Share of the newest answer in the moving average. */
const LATENCY_WEIGHT = 0.2;

/** How a server is, as far as this replica knows. */
export interface HealthReport {
  state: HealthState;
  /** Null before the first check. */
  checkedAt: Date | null;
  /** Of the last check that was answered, milliseconds. */
  latencyMs: number | null;
  /** Why it is not healthy, without secrets; null when it is. */
  error: string | null;
}

export const UNKNOWN_HEALTH: HealthReport = { state: 'unknown', checkedAt: null, latencyMs: null, error: null };

/** The health of one server, as its checks and calls show it. */
export class ServerHealth {
  private breaker = UNTRIED;
  /** Whose calls have failed since something was answered. */
  private readonly failedCallers = new Set<string>();
  private averageMs = 0;
  private last: Omit<HealthReport, 'state'> = UNKNOWN_HEALTH;

  get report(): HealthReport {
    return { ...this.last, state: this.breaker.state };
  }

  get circuit(): Circuit {
    return circuitOf(this.breaker, performance.now());
  }

  /** Moving average of the time it takes to answer, milliseconds; 0 when it has not answered yet. */
  get latencyMs(): number {
    return this.averageMs;
  }

  recordSuccess(latencyMs: number): void {
    this.failedCallers.clear();
    this.breaker = afterSuccess(this.breaker);
    this.averageMs = this.averageMs === 0 ? latencyMs : this.averageMs + LATENCY_WEIGHT * (latencyMs - this.averageMs);
    this.last = { checkedAt: new Date(), latencyMs: Math.round(latencyMs * 1_000) / 1_000, error: null };
  }

  /**
   * @param error what people read in the report.
   * @param callerId whose call failed; absent for a check. What one caller asks may fail for its arguments, again and again: only a
   * check, or failures of several callers, say that the server does not work.
   */
  recordFailure(error: string, callerId?: string): void {
    if (callerId !== undefined && this.failedCallers.size < 2) this.failedCallers.add(callerId);
    const isProof = callerId === undefined || this.failedCallers.size > 1;
    this.breaker = isProof ? afterFailure(this.breaker, performance.now()) : afterDoubtfulFailure(this.breaker);
    this.last = { ...this.last, checkedAt: new Date(), error };
  }
}
