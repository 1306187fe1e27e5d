import { describe, expect, it } from '@jest/globals';
import { traceContextOf } from './trace-context.js';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('A trace context', () => {
  it('is read from headers and from _meta alike', () => {
    const carrier = { traceparent: TRACEPARENT, tracestate: 'congo=t61', baggage: 'user=a', accept: '*/*' };
    expect(traceContextOf(carrier)).toEqual({ traceparent: TRACEPARENT, tracestate: 'congo=t61', baggage: 'user=a' });
  });

  it('is the first one found', () => {
    const other = TRACEPARENT.replace('4bf', 'abc');
    expect(traceContextOf(undefined, { traceparent: other }, { traceparent: TRACEPARENT })).toEqual({ traceparent: other });
  });

  it.each([
    undefined,
    7,
    [TRACEPARENT],
    '',
    `${TRACEPARENT}-more`,
    TRACEPARENT.toUpperCase(),
    TRACEPARENT.replace(/^00/, 'ff'),
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
  ])('that is malformed is none: %p', (traceparent) => {
    expect(traceContextOf({ traceparent, tracestate: 'congo=t61' })).toBeUndefined();
  });

  it('loses what could forge a header or is too long', () => {
    const carrier = { traceparent: TRACEPARENT, tracestate: 'a=1\r\nX-Api-Key: k', baggage: 'b'.repeat(8_193) };
    expect(traceContextOf(carrier)).toEqual({ traceparent: TRACEPARENT });
  });
});
