import { expect, it } from '@jest/globals';
import { redisAddress } from './redis-address.js';

it('is a URL of one server as it is', () => {
  expect(redisAddress('rediss://:secret@redis:6380/1')).toBe('rediss://:secret@redis:6380/1');
});

it('is the master that sentinels know by a name', () => {
  expect(redisAddress('redis+sentinel://me:s%40cret@one:1,other/limits/2?sentinel_password=theirs')).toEqual({
    sentinels: [
      { host: 'one', port: 1 },
      { host: 'other', port: 26_379 },
    ],
    name: 'limits',
    username: 'me',
    password: 's@cret',
    db: 2,
    sentinelPassword: 'theirs',
  });
  expect(redisAddress('rediss+sentinel://one/limits')).toMatchObject({ name: 'limits', tls: {}, enableTLSForSentinelMode: true });
});
