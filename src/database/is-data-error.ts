/** What PostgreSQL says when a row is there already (manual, appendix A). */
export const UNIQUE_VIOLATION = '23505';

/** Data exceptions and broken constraints (PostgreSQL manual, appendix A, classes 22 and 23): a row's fault, not the server's. */
export const isDataError = (error: unknown): boolean => /^2[23]/.test((error as { code?: string }).code ?? '');
