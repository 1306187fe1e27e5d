/** Data exceptions and broken constraints (PostgreSQL manual, appendix A, classes 22 and 23): a row's fault, not the server's. */
export const isDataFault = (error: unknown): boolean => /^2[23]/.test((error as { code?: string }).code ?? '');
