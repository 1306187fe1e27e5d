import { describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import { itemsOf, membersOf } from './json-members.js';

describe('the members of an object', () => {
  it.each([
    ['keep their numbers', '{"id":1917043659912705296,"a":1.0,"z":1e400}', { id: '1917043659912705296', a: '1.0', z: '1e400' }],
    ['keep what is in them', '{"a":{"b":[1,{"c":"}"}]},"d":["]",2]}', { a: '{"b":[1,{"c":"}"}]}', d: '["]",2]' }],
    ['keep spaces within, not around', ' { "a" : [ 1 , 2 ] , "b" : null } ', { a: '[ 1 , 2 ]', b: 'null' }],
    ['have their names read', '{"\\u0061\\"":true}', { 'a"': 'true' }],
    ['may end in backslashes', '{"a":"\\\\","b":"\\\\\\"","c":1}', { a: '"\\\\"', b: '"\\\\\\""', c: '1' }],
    ['with one name are the last', '{"a":1,"b":2,"a":3}', { a: '3', b: '2' }],
    ['of odd names are members', '{"__proto__":1,"":2}', { ['__proto__']: '1', '': '2' }],
    ['may be none', ' {} ', {}],
  ])('%s', (_, json, members) => {
    expect([...membersOf(json)]).toEqual(Object.entries(members));
  });

  it('take linear time, however many quotes, brackets and backslashes there are', async () => {
    const json = `{"a":"${'\\\\\\"'.repeat(500_000)}","b":[${'{"c":[]},'.repeat(200_000)}1]}`;
    expect(await leastCpuMs(() => membersOf(json))).toBeLessThan(QUICK_MS);
  });
});

describe('the items of a list', () => {
  it.each([
    ['texts', '["a","b,]"]', ['"a"', '"b,]"']],
    ['what is in them', ' [ {"a":[1]} , [] , 1.0 ] ', ['{"a":[1]}', '[]', '1.0']],
    ['none', '[ ]', []],
  ])('are %s', (_, json, items) => {
    expect(itemsOf(json)).toEqual(items);
  });
});
