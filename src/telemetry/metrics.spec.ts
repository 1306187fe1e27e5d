import { describe, expect, it } from '@jest/globals';
import { latencyHistogram, Metrics, timed } from './metrics.js';
import { Tally } from './tally.js';

describe('Metrics', () => {
  it('are read anew on every scrape, and do not add up', async () => {
    const metrics = new Metrics();
    let calls = 3;
    metrics.counter({ name: 'calls_total', help: 'calls', read: () => calls });
    metrics.gauge({ name: 'servers', help: 'servers', labels: ['state'], read: () => [{ labels: { state: 'up' }, value: 2 }] });
    expect(await metrics.text()).toContain('calls_total 3\n');
    calls = 4;
    expect(await metrics.text()).toMatch(/calls_total 4\n[^]*servers\{state="up"\} 2\n/);
  });

  it('leave out what cannot be read, or not in time, rather than say 0, and show the rest', async () => {
    const metrics = new Metrics();
    metrics.gauge({ name: 'broken', help: 'b', read: () => Promise.reject(new Error('PostgreSQL is away')) });
    metrics.gauge({ name: 'silent', help: 's', read: () => new Promise(() => undefined) });
    metrics.gauge({ name: 'works', help: 'w', read: () => Promise.resolve(1) });
    const text = await metrics.text();
    expect(text).toContain('works 1\n');
    expect(text).not.toMatch(/^(broken|silent) /m);
  }, 30_000);

  it('have the events that their owner counts, by their labels', async () => {
    const drops = new Tally('drops_total', 'drops', ['port', 'reason']);
    const metrics = new Metrics();
    metrics.add(drops);
    for (const [port, reason] of [
      ['80', 'full'],
      ['81', 'full'],
      ['80', 'late'],
      ['80', 'full'],
    ] as const)
      drops.inc({ port, reason });
    const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('drops_total'));
    const line = (port: string, reason: string, value: number) => `drops_total{port="${port}",reason="${reason}"} ${value}`;
    expect(lines).toEqual([line('80', 'full', 2), line('81', 'full', 1), line('80', 'late', 1)]);
  });

  it('tell how long work took that failed as well', async () => {
    const latency = latencyHistogram('work_seconds', 'work', ['kind']);
    const metrics = new Metrics();
    metrics.add(latency);
    await expect(timed(latency, { kind: 'a' }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await metrics.text()).toContain('work_seconds_count{kind="a"} 1\n');
  });
});
