import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
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

/** Traces for OpenTelemetry (docs/adr/0014-traces.md). While they are off, no package of theirs is loaded. */
@Injectable()
export class Tracing implements OnApplicationShutdown {
  constructor(private readonly spans: SpanExport | undefined) {}

  static async open(settings: TraceSettings): Promise<Tracing> {
    const { url, ...rest } = settings;
    if (url === undefined) return new Tracing(undefined);
    const { OtlpSpanExport } = await import('./otlp-span-export.js');
    return new Tracing(OtlpSpanExport.open({ url, ...rest }));
  }

  get isOn(): boolean {
    return this.spans !== undefined;
  }

  /** Undefined while traces are off. */
  start(name: string, options: SpanStart): Span | undefined {
    return this.spans?.start(name, options);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.spans?.close();
  }
}

/** The work as a part of the span; the work itself where there is none. */
export function inSpan<T>(parent: Span | undefined, name: string, work: () => Promise<T>): Promise<T> {
  if (!parent) return work();
  const span = parent.child(name);
  return work().finally(() => span.end());
}
