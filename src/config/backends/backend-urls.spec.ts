import { expect, it } from '@jest/globals';
import { databaseUrl, redisUrl } from './backend-urls.js';

it.each([
  ['a server', databaseUrl, 'postgresql://me:s@db:5432/tallygate'],
  [
    'several servers, as libpq takes them',
    databaseUrl,
    'postgresql://me:s@db-1:5432,db-2/tallygate?target_session_attrs=read-write',
  ],
  ['a temporary database', databaseUrl, 'memory:'],
  ['a server of Redis', redisUrl, 'rediss://:s@redis:6380/1'],
  ['sentinels of Redis', redisUrl, 'redis+sentinel://:s@one:26379,other:26379/limits/0'],
])('%s may be given', (_, url, given) => {
  expect(url.safeParse(given).success).toBe(true);
});

it.each([
  ['a server among several that cannot be read', databaseUrl, 'postgresql://me:s@db-1:5432,db-2:port/tallygate'],
  ['a wish for a standby', databaseUrl, 'postgresql://me:s@db-1,db-2/tallygate?target_session_attrs=prefer-standby'],
  ['sentinels without the name of a master', redisUrl, 'redis+sentinel://one:26379'],
  ['several servers of Redis without sentinels', redisUrl, 'redis://one:6379,other:6379/0'],
])('%s is refused', (_, url, given) => {
  expect(url.safeParse(given).success).toBe(false);
});
