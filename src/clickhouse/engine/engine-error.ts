/** ClickHouse's code, or what stands for a failure that has none. */
const UNKNOWN_EXCEPTION = 1_002;
/** As ClickHouse answers (`HTTPHandler`, `exceptionCodeToHTTPStatus`); all others are 500. */
const STATUS: Readonly<Record<number, number>> = {
  36: 400, // BAD_ARGUMENTS
  46: 404, // UNKNOWN_FUNCTION
  47: 404, // UNKNOWN_IDENTIFIER
  48: 501, // NOT_IMPLEMENTED
  60: 404, // UNKNOWN_TABLE
  62: 400, // SYNTAX_ERROR
  81: 404, // UNKNOWN_DATABASE
  115: 404, // UNKNOWN_SETTING
  159: 408, // TIMEOUT_EXCEEDED
  202: 503, // TOO_MANY_SIMULTANEOUS_QUERIES
  456: 400, // UNKNOWN_QUERY_PARAMETER
  457: 400, // BAD_QUERY_PARAMETER
  516: 403, // AUTHENTICATION_FAILED
};

/** A failure as ClickHouse reports one over HTTP: a status, a code, and one line. */
export class EngineError extends Error {
  constructor(
    readonly code: number,
    name: string,
    words: string,
  ) {
    super(`Code: ${code}. DB::Exception: ${words} (${name})`);
  }

  get status(): number {
    return STATUS[this.code] ?? 500;
  }

  /** Any failure; the engine's own have code and name in their words already. */
  static of(error: unknown): EngineError {
    if (error instanceof EngineError) return error;
    const words = error instanceof Error ? error.message : String(error);
    const [, code, rest, name] = /^Code: (\d+)\. DB::Exception: (.*) \((\w+)\)\s*$/s.exec(words) ?? [];
    if (code === undefined) return new EngineError(UNKNOWN_EXCEPTION, 'UNKNOWN_EXCEPTION', words);
    return new EngineError(Number(code), name!, rest!);
  }
}
