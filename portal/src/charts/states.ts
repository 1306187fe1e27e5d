/** How something was in a period, the best first. */
export type CheckState = 'ok' | 'degraded' | 'down';

/** In words, which are those of a server's health now. */
export const STATE_WORDS: Record<CheckState, string> = { ok: 'healthy', degraded: 'degraded', down: 'unhealthy' };

/** Of a cell's height: the worse it was, the lower, so that the colour is not alone. */
export const CELL_HEIGHTS: Record<CheckState, number> = { ok: 1, degraded: 0.6, down: 0.3 };
export const CELL_COLORS: Record<CheckState, string> = { ok: 'var(--good)', degraded: 'var(--warn)', down: 'var(--bad)' };
