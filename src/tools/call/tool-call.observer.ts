import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { latencyHistogram, Metrics, tally } from '../../telemetry/metrics.js';
import { Tracing } from '../../telemetry/tracing.js';
import { isBackendError, type ToolCall } from './tool-call.js';

/** Tools with series of their own. Upstream servers name tools as they like; the names beyond are counted as one. */
const TOOLS_MAX = 500;
const OTHER_TOOLS = 'other';

/** What operators see of calls: how they end, how long they take, and their traces. */
@Injectable()
export class ToolCallObserver implements OnModuleInit {
  private readonly duration = latencyHistogram(
    'tallygate_tool_call_duration_seconds',
    'Time from the admission of a call to its recorded answer',
    ['tool', 'outcome'],
  );
  private readonly calls = tally('tallygate_tool_calls_total', 'Calls of tools, by how they came in', [
    'transport',
    'protocol_version',
  ]);
  private readonly tools = new Set<string>();
  private inFlight = 0;

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

  /** Watches the call while `answer` makes its answer. */
  async observe<T>(call: ToolCall, answer: () => Promise<T>): Promise<T> {
    this.started(call);
    let outcome = UNANSWERED;
    try {
      const result = await answer();
      outcome = outcomeOf(call);
      return result;
    } finally {
      this.ended(call, outcome);
    }
  }

  private started(call: ToolCall): void {
    const { transport, protocolVersion } = call.request;
    this.inFlight += 1;
    this.calls.inc({ transport, protocol_version: protocolVersion });
    if (this.tracing.isOn) this.trace(call);
  }

  /** From here on the trace goes on below the call's span, in upstream servers as well. */
  private trace(call: ToolCall): void {
    const { entry, request } = call;
    const attributes = {
      'tallygate.tool': entry.tool.name,
      'tallygate.source': entry.source,
      'tallygate.transport': request.transport,
      'tallygate.request_id': request.requestId,
      'tallygate.key_id': request.principal.apiKey?.id ?? '',
    };
    call.span = this.tracing.start(spanNameOf(call), { parent: request.trace, attributes })!;
    request.trace = call.span.context;
  }

  private ended(call: ToolCall, outcome: string): void {
    this.inFlight -= 1;
    const seconds = (this.clock.monotonic() - call.startedAt) / 1_000;
    this.duration.observe({ tool: this.labelOf(call.entry.tool.name), outcome }, seconds);
    const isFailure = outcome === UNANSWERED || isBackendError(call.errorCode);
    call.span?.end({ 'tallygate.outcome': outcome }, isFailure ? outcome : undefined);
  }

  private labelOf(tool: string): string {
    if (this.tools.has(tool)) return tool;
    if (this.tools.size >= TOOLS_MAX) return OTHER_TOOLS;
    this.tools.add(tool);
    return tool;
  }
}

/** The method, and the tool or prompt; a read is named by its method alone, since there is no end of addresses. */
function spanNameOf({ entry: { tool }, request }: ToolCall): string {
  if (!request.entry) return `tools/call ${tool.name}`;
  return request.name === tool.name ? tool.name : `${tool.name} ${request.name}`;
}

/** No record could be made, so that the caller got an error instead of an answer. */
const UNANSWERED = 'unanswered';

/** `ok`, or why not, in the words of usage records. */
const outcomeOf = ({ errorCode }: ToolCall): string => errorCode?.toLowerCase() ?? 'ok';
