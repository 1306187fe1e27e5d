import type { TraceContext } from './trace-context.js';

export type SpanAttributes = Record<string, string | number>;

/** A piece of work with a beginning and an end, as a tracing backend shows it. */
export interface Span {
  /** What continues the trace below it, here or in another service. */
  readonly context: TraceContext;
  child(name: string): Span;
  end(attributes?: SpanAttributes, failure?: string): void;
}

export interface SpanStart {
  /** The caller's trace; a new one begins where there is none. */
  parent: TraceContext | undefined;
  attributes: SpanAttributes;
}

/** Where spans go. */
export interface SpanExport {
  start(name: string, options: SpanStart): Span;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
}

export interface TraceSettings {
  /** Of an OTLP collector, `http://…/v1/traces`. Unset: no traces. */
  url?: string | undefined;
  headers: Readonly<Record<string, string>>;
  /** Share of the traces that begin here; what a caller has begun is as it decided. */
  sample_ratio: number;
}
