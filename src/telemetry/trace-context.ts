/**
 * A caller's trace, to be continued: W3C Trace Context, which MCP carries in `_meta` under the names of its headers
 * (MCP 2026-07-28, "Trace Context"). What is in it was checked, so it can be passed on as it is.
 */
export interface TraceContext {
  /** `00-<trace id>-<span id>-<flags>`. */
  traceparent: string;
  tracestate?: string;
  baggage?: string;
}

/** W3C Trace Context, "traceparent": version 00; all zeros are no id. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Visible ASCII, and nothing that could end a header. The sizes are those W3C asks implementations to carry. */
const LIST = /^[\x20-\x7e]+$/;
const TRACESTATE_MAX = 512;
const BAGGAGE_MAX = 8_192;

/**
 * Of the headers of a request, or of the `_meta` of a message, whichever comes first. A malformed `traceparent` counts
 * as none, as W3C asks; nothing of a caller's trace is worth an error.
 */
export function traceContextOf(...carriers: (object | undefined)[]): TraceContext | undefined {
  for (const carrier of carriers) {
    const { traceparent, tracestate, baggage } = (carrier ?? {}) as Record<string, unknown>;
    if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) continue;
    return {
      traceparent,
      ...(isList(tracestate, TRACESTATE_MAX) && { tracestate }),
      ...(isList(baggage, BAGGAGE_MAX) && { baggage }),
    };
  }
  return undefined;
}

const isList = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length <= max && LIST.test(value);
