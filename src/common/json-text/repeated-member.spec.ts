import { describe, expect, it } from '@jest/globals';
import { leastCpuMs } from '../../../test/support/cpu-time.js';
import { repeatedMember } from './repeated-member.js';

describe('a member that stands twice', () => {
  it.each([
    ['is found', '{"a":1,"b":2,"a":1}', 'a'],
    ['is found within', '[{"a":[{"b":{},"c":{"b":1},"b" : 2}]}]', 'b'],
    ['is found under another spelling', '{"\\u0061":1,"a":2}', 'a'],
    ['is found behind another object', '{"a":{"b":1},"c":[{}],"a":2}', 'a'],
    ['is found by an odd name', '{"__proto__":1,"__proto__":2}', '__proto__'],
    ['may have no name', '{"":1,"":2}', ''],
    ['is none in two objects', '[{"a":1},{"a":{"a":2}}]', undefined],
    ['is none in texts', '{"a":"a","b":["a","a"],"c":"{\\"a\\":1,\\"a\\":1}"}', undefined],
    ['is none in nothing', '{}', undefined],
  ])('%s', (_, json, name) => {
    expect(repeatedMember(json)).toBe(name);
  });

  it('is found in linear time', async () => {
    const names = Array.from({ length: 50_000 }, (_, n) => `"${n}":{"a":"${'\\\\\\"'.repeat(5)}"}`).join();
    const json = `{"b":"${'\\\\\\"'.repeat(500_000)}","c"${' '.repeat(200_000)}:[${'"d" ,'.repeat(200_000)}1],${names}}`;
    expect(await leastCpuMs(1_000, () => repeatedMember(json))).toBeLessThan(1_000);
  });
});
