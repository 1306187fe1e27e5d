import { describe, expect, it } from '@jest/globals';
import { historyWords, latencyWords } from './history';

const halfHour = (state: 'ok' | 'degraded' | 'down' | null, latency_ms: number | null = null) => ({
  ...{ from: '2026-11-28T10:00:00.000Z', state, checks: state ? 60 : 0, failed: 0, latency_ms },
});

describe('The last day of a server', () => {
  it('says in how many half hours it was how, and in how many nobody looked', () => {
    const history = [null, null, 'ok', 'ok', 'ok', 'degraded', 'down'].map((state) => halfHour(state as 'ok' | null));
    expect(historyWords(history)).toBe('Of the last 7 half hours: healthy in 3, degraded in 1, unhealthy in 1, not checked in 2');
  });

  it('says nothing of states that it was not in', () => {
    expect(historyWords([halfHour('ok')])).toBe('Of the last 1 half hour: healthy in 1');
  });

  it('says between which times it answered', () => {
    expect(latencyWords([halfHour('ok', 12), halfHour('down'), halfHour('ok', 3)])).toBe(
      'In the last 24 hours it answered in 3 ms to 12 ms',
    );
    expect(latencyWords([halfHour('down')])).toBe('It has not answered in the last 24 hours');
  });
});
