import { describe, expect, it } from '@jest/globals';
import { afterFailure, afterSuccess, circuitOf, UNTRIED, type CircuitBreaker } from './circuit-breaker.js';

/** `+` a success, `-` a failure, all at the same time. */
const after = (outcomes: string, from: CircuitBreaker = UNTRIED, now = 0): CircuitBreaker =>
  [...outcomes].reduce((breaker, outcome) => (outcome === '+' ? afterSuccess(breaker) : afterFailure(breaker, now)), from);

describe('the state of a server', () => {
  it.each([
    ['', 'unknown'],
    ['+', 'healthy'],
    ['-', 'unhealthy'],
    ['+-', 'degraded'],
    ['+--', 'degraded'],
    ['+---', 'unhealthy'],
    ['+--+', 'degraded'],
    ['+--++', 'healthy'],
    ['+---+', 'degraded'],
    ['+---++', 'healthy'],
    ['-+-', 'degraded'],
  ])('after "%s" is %s', (outcomes, state) => {
    expect(after(outcomes).state).toBe(state);
  });
});

describe('the circuit', () => {
  it('is closed while the server is not unhealthy', () => {
    for (const outcomes of ['', '+', '+--', '+---+']) expect(circuitOf(after(outcomes), 0)).toBe('closed');
  });

  it('opens when it is, and is half open when its time is over', () => {
    const broken = after('+---', UNTRIED, 1_000);
    expect(circuitOf(broken, 1_499)).toBe('open');
    expect(circuitOf(broken, 1_500)).toBe('half-open');
  });

  it('stays open twice as long after every failed trial, at most half a minute', () => {
    expect(after('--').openUntil).toBe(1_000);
    expect(after('---').openUntil).toBe(2_000);
    expect(after('-'.repeat(50)).openUntil).toBe(30_000);
  });

  it('starts again with a short time after the server worked', () => {
    expect(after('---------+++---').openUntil).toBe(500);
  });
});
