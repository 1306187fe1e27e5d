import { describe, expect, it } from '@jest/globals';
import { SystemClock } from '../../common/clock.js';
import { Metrics } from '../../telemetry/metrics.js';
import { Tracing } from '../../telemetry/tracing.js';
import { ToolCallObserver } from './tool-call.observer.js';
import type { ToolCall, ToolRequest } from './tool-call.js';
import type { RecordedCall } from './recorded-call.js';

function observed() {
  const metrics = new Metrics();
  const observer = new ToolCallObserver(metrics, new Tracing(undefined), new SystemClock());
  observer.onModuleInit();
  const run = (name: string, recorded?: { errorCode?: string }) => {
    const request = { entry: { tool: { name } }, transport: 'http', protocolVersion: '2025-11-25' } as unknown as ToolRequest;
    const span = observer.started(request);
    const call: ToolCall = { id: '1', entry: request.entry, request, startedAt: 0, startedAtMonotonic: 0, span };
    observer.ended(call, recorded as RecordedCall | undefined);
  };
  return { metrics, run };
}

describe('The observer of calls', () => {
  it('counts a call once, by its outcome, however it ends', async () => {
    const { metrics, run } = observed();
    run('a', {});
    run('a', { errorCode: 'BACKEND_ERROR' });
    run('a', undefined);
    const counts = [...(await metrics.text()).matchAll(/_count\{tool="a",outcome="(\w+)"\} (\d)/g)].map(([, ...one]) =>
      one.join(),
    );
    expect(counts).toEqual(['ok,1', 'backend_error,1', 'unanswered,1']);
    expect(await metrics.text()).toContain('tallygate_tool_calls_in_flight 0\n');
  });

  it('keeps a bounded number of series, whatever upstream servers call their tools', async () => {
    const { metrics, run } = observed();
    for (let n = 0; n < 520; n += 1) run(`tool_${n}`, {});
    run('tool_3', {});
    const text = await metrics.text();
    expect([...text.matchAll(/^tallygate_tool_call_duration_seconds_count/gm)]).toHaveLength(501);
    expect(text).toContain('_count{tool="other",outcome="ok"} 20\n');
    expect(text).toContain('_count{tool="tool_3",outcome="ok"} 2\n');
  });
});
