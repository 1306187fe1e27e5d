import { z } from 'zod';
import { urlsOfHosts } from '../../common/network/host-urls.js';

/** PostgreSQL: a server, or several of which one takes writes. */
export const databaseUrl = z
  .string()
  .refine(
    (url) => !url.startsWith('sqlite:'),
    'SQLite is not supported: leave it unset for the embedded PostgreSQL, or give a postgresql:// URL',
  )
  .refine(
    (url) => /^(postgres(ql)?:\/\/|memory:|sqlite:)/.test(url),
    'must be a postgresql:// URL, or memory: for a temporary database',
  )
  .refine(
    (url) => urlsOfHosts(url).every((one, _, { length }) => length === 1 || URL.canParse(one)),
    'names several servers, of which one cannot be read: postgresql://user:password@host:5432,other:5432/database',
  )
  .refine(
    (url) => !/[?&]target_session_attrs=(?!any|read-write|primary)/.test(url),
    'must lead to the server that takes writes: target_session_attrs may be read-write, primary or any, and is not needed',
  );

export const httpUrl = z
  .string()
  .refine((url) => /^https?:\/\//.test(url) && URL.canParse(url), 'must be an http:// or https:// URL');

/** The name of the master stands where a server has the number of its database. */
const SENTINELS = /^rediss?\+sentinel:\/\/[^/]+\/[^/?#]+/;

const isRedis = (url: string): boolean =>
  SENTINELS.test(url) ? urlsOfHosts(url).every((one) => URL.canParse(one)) : /^rediss?:\/\//.test(url) && URL.canParse(url);

/** Redis: a server, or the sentinels that know which one. */
export const redisUrl = z
  .string()
  .refine(isRedis, 'must be a redis:// or rediss:// URL, or redis+sentinel://:password@host:26379,other:26379/name of sentinels');
