import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Span, SpanExport, SpanStart, TraceSettings } from './span.js';

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
