import { describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import { oneReadingOf } from './one-reading.js';

describe('a text with one reading', () => {
  it.each([
    ['has the later of two members', '{"a":1,"b":2,"a":1.0}', '{"a":1.0,"b":2}'],
    ['has it within', '[{"a":[{"b":{},"c":{"b":1},"b" : 2e400}]}]', '[{"a":[{"b":2e400,"c":{"b":1}}]}]'],
    ['has it under another spelling', '{"\\u0061":1,"a":"\\u0061"}', '{"a":"\\u0061"}'],
    ['has it behind another object', '{"a":{"b":1},"c":[{}],"a":2}', '{"a":2,"c":[{}]}'],
    ['has it by an odd name', '{"__proto__":1,"__proto__":2}', '{"__proto__":2}'],
    ['has it without a name', '{"":1,"":2}', '{"":2}'],
    ['has none of what only the earlier held', '{"a":{"x":1},"a":{"y":1}}', '{"a":{"y":1}}'],
  ])('%s', (_, json, once) => {
    expect(oneReadingOf(json)).toBe(once);
  });

  it.each([
    ['of two objects', '[{"a" : 1},{"a":{"a":2}}]'],
    ['of texts', '{"a":"a", "b":["a","a"],"c":"{\\"a\\":1,\\"a\\":1}"}'],
    ['of nothing', '{ }'],
  ])('is as it came if it has nothing twice: %s', (_, json) => {
    expect(oneReadingOf(json)).toBe(json);
  });

  it('is found in linear time', async () => {
    const names = Array.from({ length: 50_000 }, (_, n) => `"${n}":{"a":"${'\\\\\\"'.repeat(5)}"}`).join();
    const json = `{"b":"${'\\\\\\"'.repeat(500_000)}","c"${' '.repeat(200_000)}:[${'"d" ,'.repeat(200_000)}1],${names}}`;
    expect(await leastCpuMs(() => oneReadingOf(json))).toBeLessThan(QUICK_MS);
    const twice = `{"b":1,${json.slice(1)}`;
    expect(await leastCpuMs(() => oneReadingOf(twice))).toBeLessThan(QUICK_MS);
  });
});
