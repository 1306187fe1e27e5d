import {
  createTraceState,
  diag,
  DiagLogLevel,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as OtelSpan,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, ParentBasedSampler, TracerProvider, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import { loggerFor } from '../common/log-contexts.js';
import type { TraceContext } from './trace-context.js';
import type { Span, SpanAttributes, SpanExport, SpanStart, TraceSettings } from './span.js';
import { VERSION } from '../common/version.js';

/** Spans that wait to be sent; more are dropped, since no call waits for a collector. */
const QUEUE_MAX = 2_048;
const BATCH_MAX = 512;
const SEND_PAUSE_MS = 1_000;
const SEND_TIMEOUT_MS = 5_000;

/** Spans to a collector, over OTLP/HTTP. Loaded only when traces are on. */
export class OtlpSpanExport implements SpanExport {
  private readonly tracer: Tracer;

  private constructor(private readonly provider: TracerProvider) {
    this.tracer = provider.getTracer('tallygate', VERSION);
  }

  static open({ url, headers, sample_ratio }: TraceSettings & { url: string }): OtlpSpanExport {
    sayWhatFails();
    const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: SEND_TIMEOUT_MS });
    const processor = new BatchSpanProcessor({
      exporter,
      maxQueueSize: QUEUE_MAX,
      maxExportBatchSize: BATCH_MAX,
      scheduledDelayMillis: SEND_PAUSE_MS,
      exportTimeoutMillis: SEND_TIMEOUT_MS,
    });
    const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sample_ratio) });
    const resource = resourceFromAttributes({ 'service.name': 'tallygate', 'service.version': VERSION });
    return new OtlpSpanExport(new TracerProvider({ resource, sampler, spanProcessors: [processor] }));
  }

  start(name: string, { parent, attributes }: SpanStart): Span {
    const context = parent ? remote(parent) : ROOT_CONTEXT;
    const span = this.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, context);
    return new OtlpSpan(this.tracer, span, parent);
  }

  async close(): Promise<void> {
    await this.provider.shutdown().catch((error: Error) => diag.warn(error.message));
  }
}

class OtlpSpan implements Span {
  constructor(
    private readonly tracer: Tracer,
    private readonly span: OtelSpan,
    private readonly parent: TraceContext | undefined,
  ) {}

  get context(): TraceContext {
    const { traceId, spanId, traceFlags, traceState } = this.span.spanContext();
    const flags = traceFlags.toString(16).padStart(2, '0');
    const tracestate = traceState?.serialize();
    return {
      traceparent: `00-${traceId}-${spanId}-${flags}`,
      ...(tracestate && { tracestate }),
      ...(this.parent?.baggage && { baggage: this.parent.baggage }),
    };
  }

  child(name: string): Span {
    return new OtlpSpan(this.tracer, this.tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, this.span)), this.parent);
  }

  end(attributes: SpanAttributes = {}, failure?: string): void {
    this.span.setAttributes(attributes);
    if (failure !== undefined) this.span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    this.span.end();
  }
}

function remote({ traceparent, tracestate }: TraceContext): Context {
  const [, traceId, spanId, flags] = traceparent.split('-') as [string, string, string, string];
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate);
  const spanContext = {
    traceId,
    spanId,
    traceFlags: parseInt(flags, 16) & 1,
    isRemote: true,
    ...(traceState && { traceState }),
  };
  return isSpanContextValid(spanContext) ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT;
}

/** The packages fail in silence, since no call may fail with them; an operator wants to know. */
function sayWhatFails(): void {
  const logger = loggerFor('Traces');
  const nothing = () => undefined;
  const warn = (message: string) => logger.warn(`Spans are lost: ${message}`);
  diag.setLogger({ error: warn, warn, info: nothing, debug: nothing, verbose: nothing }, DiagLogLevel.WARN);
}
