/** `degraded` still serves; `unhealthy` does not; `unknown` has not been asked yet. */
export type HealthState = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** How a server is, as far as this replica knows. */
export interface HealthReport {
  state: HealthState;
  /** Null before the first check. */
  checkedAt: Date | null;
  /** Of the last check that was answered. */
  latencyMs: number | null;
  /** Why it is not healthy, without secrets; null when it is. */
  error: string | null;
}
