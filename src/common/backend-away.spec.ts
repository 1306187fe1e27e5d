import { expect, it } from '@jest/globals';
import { isBackendAway } from './backend-away.js';

it.each([
  { code: 'ECONNRESET', message: 'read ECONNRESET' },
  { code: '57P03', message: 'the database system is starting up' },
  { code: '53100', message: 'could not extend file "base/5/16828": No space left on device' },
  { code: '08006', message: 'connection failure' },
  { code: '25006', message: 'cannot execute INSERT in a read-only transaction' },
  { code: '57P01', message: 'terminating connection due to administrator command' },
  { code: '53300', message: 'sorry, too many clients already' },
  { code: 'EHOSTUNREACH', message: 'connect EHOSTUNREACH 10.0.0.7:5432' },
  { code: 'EAI_AGAIN', message: 'getaddrinfo EAI_AGAIN db.internal' },
  { message: 'Connection terminated unexpectedly' },
  { message: 'Connection terminated due to connection timeout' },
  { message: 'timeout exceeded when trying to connect' },
  { message: 'Query read timeout' },
])('a backend is away when it fails with $message', (error) => {
  expect(isBackendAway(Object.assign(new Error(error.message), error))).toBe(true);
});

it.each([
  { code: '23505', message: 'duplicate key value' },
  { code: '42601', message: 'syntax error' },
  { code: '25001', message: 'VACUUM cannot run inside a transaction block' },
  { code: '57014', message: 'canceling statement due to statement timeout' },
  { message: "Cannot read properties of undefined (reading 'id')" },
])('a backend is not away when it fails with $message', (error) => {
  expect(isBackendAway(Object.assign(new Error(error.message), error))).toBe(false);
});

it.each([undefined, null, 'text', 7])('whatever is thrown can be asked about: %p', (thrown) => {
  expect(isBackendAway(thrown)).toBe(false);
});
