import { describe, expect, it } from '@jest/globals';
import { SystemClock } from '../../common/clock.js';
import { Metrics } from '../../telemetry/metrics.js';
import { Tracing } from '../../telemetry/tracing.js';
import { ToolCallObserver } from './tool-call.observer.js';
import type { ToolCall } from './tool-call.js';

function observed() {
  const metrics = new Metrics();
  const observer = new ToolCallObserver(metrics, new Tracing(undefined), new SystemClock());
  observer.onModuleInit();
  const run = (name: string, answer: () => Promise<unknown> = () => Promise.resolve('answer'), errorCode?: string) => {
    const request = { transport: 'http', protocolVersion: '2025-11-25' };
    const call = { entry: { tool: { name } }, request, errorCode, startedAt: 0 } as unknown as ToolCall;
    return observer.observe(call, answer).catch(() => undefined);
  };
  return { metrics, run };
}

describe('The observer of calls', () => {
  it('counts a call once, by its outcome, however it ends', async () => {
    const { metrics, run } = observed();
    await run('a');
    await run('a', undefined, 'BACKEND_ERROR');
    await run('a', () => Promise.reject(new Error('PostgreSQL is away')));
    await run('a', () => {
      throw new Error('at once');
    });
    const counts = [...(await metrics.text()).matchAll(/_count\{tool="a",outcome="(\w+)"\} (\d)/g)].map(([, ...one]) =>
      one.join(),
    );
    expect(counts).toEqual(['ok,1', 'backend_error,1', 'unanswered,2']);
    expect(await metrics.text()).toContain('tallygate_tool_calls_in_flight 0\n');
  });

  it('keeps a bounded number of series, whatever upstream servers call their tools', async () => {
    const { metrics, run } = observed();
    for (let n = 0; n < 520; n += 1) await run(`tool_${n}`);
    await run('tool_3');
    const text = await metrics.text();
    expect([...text.matchAll(/^tallygate_tool_call_duration_seconds_count/gm)]).toHaveLength(501);
    expect(text).toContain('_count{tool="other",outcome="ok"} 20\n');
    expect(text).toContain('_count{tool="tool_3",outcome="ok"} 2\n');
  });
});
