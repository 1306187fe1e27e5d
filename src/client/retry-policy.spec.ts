import { describe, expect, it } from '@jest/globals';
import { GatewayError } from './gateway-error.js';
import { RETRY_AFTER_MAX_MS, retryDelayMs } from './retry-policy.js';

const failed = (status: number, more: { retryAfterSeconds?: number; attempt?: number; isRepeatable?: boolean } = {}) => {
  const { retryAfterSeconds, attempt = 0, isRepeatable = true } = more;
  const error = new GatewayError('', { status, errorCode: '', ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) });
  return { error, attempt, retries: 3, isRepeatable };
};

describe('retryDelayMs', () => {
  it('is only for 429 and 503', () => {
    for (const status of [429, 503]) expect(retryDelayMs(failed(status), 1)).toBe(250);
    for (const status of [400, 401, 402, 404, 409, 500, 502, 504]) expect(retryDelayMs(failed(status), 1)).toBeUndefined();
  });

  it('is never for what may not be repeated', () => {
    expect(retryDelayMs(failed(503, { isRepeatable: false, retryAfterSeconds: 1 }), 1)).toBeUndefined();
  });

  it('doubles, spreads at random, and ends with the retries', () => {
    expect([0, 1, 2].map((attempt) => retryDelayMs(failed(503, { attempt }), 1))).toEqual([250, 500, 1_000]);
    expect(retryDelayMs(failed(503, { attempt: 2 }), 0.5)).toBe(500);
    expect(retryDelayMs(failed(503, { attempt: 3 }), 1)).toBeUndefined();
  });

  it('is not shorter than Retry-After asks, and nobody waits for an hour', () => {
    expect(retryDelayMs(failed(429, { retryAfterSeconds: 2 }), 0)).toBe(2_000);
    expect(retryDelayMs(failed(429, { retryAfterSeconds: RETRY_AFTER_MAX_MS / 1_000 + 1 }), 0)).toBeUndefined();
  });
});
