import { expect, it } from '@jest/globals';
import { urlsOfHosts } from './host-urls.js';

it.each([
  [
    'postgresql://me:a,b@c@one:1,other:2/db?x=y,z',
    ['postgresql://me:a,b@c@one:1/db?x=y,z', 'postgresql://me:a,b@c@other:2/db?x=y,z'],
  ],
  ['postgresql://one,other', ['postgresql://one', 'postgresql://other']],
  ['postgresql://me@[::1]:5432,[::2]/db', ['postgresql://me@[::1]:5432/db', 'postgresql://me@[::2]/db']],
  ['postgresql://me:a,b@one/db,c', ['postgresql://me:a,b@one/db,c']],
  ['memory:', ['memory:']],
])('%s is the URL of %j', (url, urls) => {
  expect(urlsOfHosts(url)).toEqual(urls);
});
