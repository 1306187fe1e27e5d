import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { latencyHistogram, Metrics } from '../../telemetry/metrics.js';
import { Tally } from '../../telemetry/tally.js';
import type { Span } from '../../telemetry/span.js';
import { Tracing } from '../../telemetry/tracing.js';
import { FAILURES, type ToolCall, type ToolRequest } from './tool-call.js';
import type { RecordedCall } from './recorded-call.js';

/** Tools with series of their own. Upstream servers name tools as they like; the names beyond are counted as one. */
const TOOLS_MAX = 500;
const OTHER_TOOLS = 'other';
/** No record could be made. */
const UNANSWERED = 'unanswered';

/** What operators see of calls: how they end, how long they take, and their traces. */
@Injectable()
export class ToolCallObserver implements OnModuleInit {
  private readonly duration = latencyHistogram(
    'tallygate_tool_call_duration_seconds',
    'Time from the admission of a call to its recorded answer',
    ['tool', 'outcome'],
  );
  private readonly calls = new Tally('tallygate_tool_calls_total', 'Calls of tools, by how they came in', [
    'transport',
    'protocol_version',
  ]);
  private readonly tools = new Set<string>();
  private inFlight = 0;
  private onIdle: (() => void)[] = [];

  constructor(
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.metrics.add(this.duration, this.calls);
    this.metrics.gauge({
      name: 'tallygate_tool_calls_in_flight',
      help: 'Calls that were admitted and are not answered yet',
      read: () => this.inFlight,
    });
  }

  /** A call begins. From here on its trace goes on below the span, in upstream servers as well; no span while traces are off. */
  started(request: ToolRequest): Span | undefined {
    this.inFlight += 1;
    this.calls.inc({ transport: request.transport, protocol_version: request.protocolVersion });
    return this.tracing.isOn ? this.trace(request) : undefined;
  }

  /** The call has ended. Without a record its caller got an error instead of an answer. */
  ended(call: ToolCall, recorded?: RecordedCall): void {
    this.inFlight -= 1;
    const seconds = (this.clock.monotonic() - call.startedAtMonotonic) / 1_000;
    const outcome = recorded ? (recorded.errorCode?.toLowerCase() ?? 'ok') : UNANSWERED;
    this.duration.observe({ tool: this.labelOf(call.entry.tool.name), outcome }, seconds);
    const isFailure = !recorded || (recorded.errorCode !== undefined && FAILURES[recorded.errorCode].isBackendError);
    call.span?.end({ 'tallygate.outcome': outcome }, isFailure ? outcome : undefined);
    if (this.inFlight === 0) for (const resolve of this.onIdle.splice(0)) resolve();
  }

  /** Resolves when no call is in flight; those whose callers have gone go on for a moment. */
  idle(): Promise<void> {
    return this.inFlight === 0 ? Promise.resolve() : new Promise((resolve) => this.onIdle.push(resolve));
  }

  private trace({ entry, transport, requestId, principal, trace }: ToolRequest): Span | undefined {
    const attributes = {
      'tallygate.tool': entry.tool.name,
      'tallygate.source': entry.source,
      'tallygate.transport': transport,
      'tallygate.request_id': requestId,
      'tallygate.key_id': principal.apiKey?.id ?? '',
    };
    return this.tracing.start(entry.spanName, { parent: trace, attributes });
  }

  private labelOf(tool: string): string {
    if (this.tools.has(tool)) return tool;
    if (this.tools.size >= TOOLS_MAX) return OTHER_TOOLS;
    this.tools.add(tool);
    return tool;
  }
}
