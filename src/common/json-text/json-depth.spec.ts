import { describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import { isTooDeep } from './json-depth.js';

const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

describe('isTooDeep', () => {
  it.each([lists(64), objects(64), `[${'[],'.repeat(10_000)}[]]`, `{"a":"${'['.repeat(1_000)}"}`, `["\\"${'{'.repeat(100)}"]`])(
    'not what nests 64 levels, has many brackets beside each other, or in text',
    (json) => expect(isTooDeep(json)).toBe(false),
  );

  it.each([
    lists(65),
    objects(65),
    lists(2_000_000),
    '[{"a":'.repeat(100_000),
    `["\\\\",${lists(64)}]`,
    `[${lists(10)},${lists(64)}]`,
  ])('what nests deeper, closed or not', (json) => expect(isTooDeep(json)).toBe(true));

  it('takes time in proportion', async () => {
    const looks = () => {
      isTooDeep(`[${'[],'.repeat(1_300_000)}[]]`);
      isTooDeep(`"${'[\\"'.repeat(1_300_000)}`);
    };
    expect(await leastCpuMs(looks)).toBeLessThan(QUICK_MS);
  });
});
