import { describe, expect, it } from '@jest/globals';
import { queryOf } from './filters';

const query = (text: string) => queryOf(new URLSearchParams(text));

describe("the filters in a page's address", () => {
  it('are asked for by the names of the API', () => {
    expect(query('tool=greet&key=k1&outcome=ok&slower=50&request=r1&client=cursor&service=web')).toEqual({
      tool_name: 'greet',
      api_key_id: 'k1',
      outcome: 'ok',
      min_duration_ms: '50',
      request_id: 'r1',
      client_name: 'cursor',
      service: 'web',
    });
  });

  it('mean whole days of whoever looks, the last one included', () => {
    const { from, to } = query('since=2026-03-01&until=2026-03-31');
    expect([from, to]).toEqual([new Date(2026, 2, 1).toISOString(), new Date(2026, 3, 1).toISOString()]);
  });

  it('are none where they are empty, unknown or no day', () => {
    expect(query('tool=&other=1&since=yesterday')).toEqual({});
  });
});
