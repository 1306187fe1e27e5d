import { ClickHouseError } from '../../clickhouse/clickhouse.js';
import { expect, it } from '@jest/globals';
import { unavailableWhenAway } from './usage-queries.service.js';

const ofClickHouse = (code: string, type: string) => new ClickHouseError({ code, type, message: 'users.s3cret at 10.0.0.9' });
const withCode = (code: string) => Object.assign(new Error('at 10.0.0.9: s3cret'), { code });

it.each([
  ['a refused connection', withCode('ECONNREFUSED'), 'its database does not answer'],
  ['no answer in time', new Error('Timeout error.'), 'its database does not answer'],
  ['an aborted wait', new DOMException('aborted', 'TimeoutError'), 'its database does not answer'],
  ['PostgreSQL starting up', withCode('57P03'), 'its database does not answer'],
  ['a question that takes too long', ofClickHouse('159', 'TIMEOUT_EXCEEDED'), 'ask for fewer days'],
  ['a question that needs too much memory', ofClickHouse('241', 'MEMORY_LIMIT_EXCEEDED'), 'ask for fewer days'],
  ['an unknown table', ofClickHouse('60', 'UNKNOWN_TABLE'), 'a reason that the log of the gateway has'],
  ['a statement that PostgreSQL refuses', withCode('42P01'), 'a reason that the log of the gateway has'],
  ['a fault of the gateway', new TypeError('s3cret'), 'a reason that the log of the gateway has'],
])('usage that cannot be read for %s says so, and nothing of the inside', async (_, cause, words) => {
  const failed = unavailableWhenAway(() => Promise.reject(cause));
  await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE', cause, message: expect.stringContaining(words) });
  await expect(failed).rejects.toMatchObject({ message: expect.not.stringMatching(/s3cret|10\.0/) });
});
