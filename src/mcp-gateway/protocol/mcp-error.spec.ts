import { expect, it } from '@jest/globals';
import { mcpFailure } from './mcp-error.js';

it('an absent database is a 503 that says when to try again, and nothing of what the driver said', () => {
  const failure = mcpFailure(new Error('Connection terminated unexpectedly'), 'request-1');
  expect(failure).toMatchObject({ status: 503, headers: { 'Retry-After': '1' }, error: { data: { errorCode: 'UNAVAILABLE' } } });
  expect(JSON.stringify(failure)).not.toContain('terminated');
});

it('an error nobody expected is a 500 that names the request and nothing else', () => {
  const failure = mcpFailure(new TypeError("reading 'secret'"), 'request-1');
  expect(failure).toMatchObject({ status: 500, error: { message: 'Internal error. Request id: request-1' } });
  expect(JSON.stringify(failure)).not.toContain('secret');
});
