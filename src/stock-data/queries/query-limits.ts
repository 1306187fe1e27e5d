/** Ends every SELECT of this room: no query may hold the engine longer, whatever a caller asks for. */
export const QUERY_LIMITS = 'SETTINGS max_execution_time = 10';
