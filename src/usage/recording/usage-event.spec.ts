import { describe, expect, it } from '@jest/globals';
import { usageEvent, type FinishedCall } from './usage-event.js';

const call: FinishedCall = {
  id: '00000000-0000-4000-8000-000000000001',
  request_id: 'request',
  user_id: 'user',
  api_key_id: 'key',
  tool_name: 'tool',
  service_prefix: 'stock-data',
  table_name: 'daily_bars',
  arguments: { symbol: 'AAPL' },
  record_count: 3,
  duration_ms: 1.25,
  is_error: false,
  is_backend_error: false,
  error_code: '',
  error_message: '',
  credits_cost: 1,
  credits_charged: 1,
  client_name: 'client',
  protocol_version: '2025-06-18',
  transport: 'http',
  replica: 'host:1',
  created_at: new Date('2026-01-02T03:04:05.678Z'),
};
const KEY = `sk-${'a1B2'.repeat(12)}`;

describe('A usage event', () => {
  it('is the call as it was, with the arguments as JSON and the time in UTC', () => {
    expect(usageEvent(call)).toEqual({ ...call, arguments: '{"symbol":"AAPL"}', created_at: '2026-01-02T03:04:05.678Z' });
  });

  it('holds at most 2 000 characters of arguments and 500 of an error message', () => {
    const event = usageEvent({ ...call, arguments: { text: 'x'.repeat(100_000) }, error_message: 'y'.repeat(100_000) });
    expect(event.arguments).toHaveLength(2_000);
    expect(event.error_message).toHaveLength(500);
  });

  it('holds no secret, not even one that the cut goes through', () => {
    const cutThrough = { text: `${'x'.repeat(1_980)} ${KEY}` };
    const events = [{ key: KEY }, cutThrough].map((args) =>
      usageEvent({ ...call, arguments: args, error_message: `bad ${KEY}` }),
    );
    for (const event of events) expect(JSON.stringify(event)).not.toContain(KEY.slice(0, 10));
    expect(events[0]!.arguments).toBe(`{"key":"${KEY.slice(0, 7)}…"}`);
  });

  it('holds only text that every store accepts: no NUL, no half of a surrogate pair', () => {
    const event = usageEvent({ ...call, error_message: `a\0b${'😀'.repeat(400)}`, client_name: 'c\ud83d', request_id: 'r\0' });
    for (const value of [event.error_message, event.client_name, event.request_id]) {
      expect(value).not.toMatch(/\0|\p{Surrogate}/u);
    }
  });

  it.each([NaN, Infinity, -1, 1e300])('counts %p records as none', (record_count) => {
    expect(usageEvent({ ...call, record_count, duration_ms: record_count })).toMatchObject({ record_count: 0, duration_ms: 0 });
  });

  it('counts whole records', () => {
    expect(usageEvent({ ...call, record_count: 2.7 }).record_count).toBe(2);
  });
});
