/** In a transaction that wants a table to itself: others wait behind it, so that it gives up soon, and is tried again later. */
export const WAIT_BRIEFLY = `SET LOCAL lock_timeout = '200ms'`;

/** Whether a statement has given up waiting for a lock. */
export const isLockTimeout = (error: unknown): boolean => (error as { code?: string }).code === '55P03';
