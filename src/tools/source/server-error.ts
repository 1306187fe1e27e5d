import { isObject } from '../../common/json.js';
import { membersOf } from '../../common/json-text/json-members.js';

/** Codes of JSON-RPC and MCP that the gateway reads. */
export const RPC = {
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL_ERROR: -32603,
  /** MCP before 2026-07-28. */
  RESOURCE_NOT_FOUND: -32002,
} as const;

/** An error that an upstream server answered, which is its own to word: code, message and data go on as they are. */
export class ServerError extends Error {
  override name = 'ServerError';

  constructor(
    readonly code: number,
    message: string,
    /** As JSON, the text it came in. */
    readonly data?: string,
  ) {
    super(message);
  }

  /** @param error Of an answer: what should be an object with a code and a message. @param json Its text */
  static of(error: unknown, json: string): ServerError {
    if (!isObject(error)) return new ServerError(RPC.INTERNAL_ERROR, typeof error === 'string' ? error : json);
    const { code, message } = error;
    const words = typeof message === 'string' ? message : json;
    return new ServerError(Number.isInteger(code) ? (code as number) : RPC.INTERNAL_ERROR, words, membersOf(json).get('data'));
  }
}

/** For what may fail with a server's answer, and with nothing else. @throws every other error */
export function unlessServerError(error: unknown): undefined {
  if (!(error instanceof ServerError)) throw error;
}
