import { describe, expect, it } from '@jest/globals';
import { isolateRows } from './reject-bad-rows.js';

class Unreadable extends Error {}
const isRowFault = (error: unknown) => error instanceof Unreadable;

/** A table that takes all lines of an insert or none. */
function table(bad: Set<string>) {
  const rows: string[] = [];
  const inserts: string[] = [];
  const insert = (lines: string[], from: number): Promise<void> => {
    inserts.push(`${from}+${lines.length}`);
    if (lines.some((line) => bad.has(line))) return Promise.reject(new Unreadable(`cannot\nparse\0 ${'x'.repeat(2_000)}`));
    rows.push(...lines);
    return Promise.resolve();
  };
  return { rows, inserts, insert };
}
const lines = Array.from({ length: 1_000 }, (_, index) => `line ${index}`);

describe('Isolating rows', () => {
  it.each([[[]], [[0]], [[999]], [[3, 4, 500]], [lines.map((_, index) => index)]])(
    'delivers every line but the bad ones, in order, and names those: %#',
    async (bad) => {
      const target = table(new Set(bad.map((index) => lines[index]!)));
      const rejected = await isolateRows(lines, { insert: target.insert, isRowFault });
      expect(rejected.map((row) => row.index)).toEqual(bad);
      expect(target.rows).toEqual(lines.filter((_, index) => !bad.includes(index)));
    },
  );

  it('costs few inserts, and the same ones when it is repeated', async () => {
    const [first, second] = [table(new Set(['line 77'])), table(new Set(['line 77']))];
    for (const target of [first, second]) await isolateRows(lines, { insert: target.insert, isRowFault });
    expect(first.inserts.length).toBeLessThan(25);
    expect(second.inserts).toEqual(first.inserts);
  });

  it('keeps reasons short, in one line, and storable', async () => {
    const [row] = await isolateRows(['bad'], { insert: table(new Set(['bad'])).insert, isRowFault });
    expect(row!.error).toMatch(/^cannot parse x+$/);
    expect(row!.error.length).toBeLessThanOrEqual(1_000);
  });

  it('never blames a row for a failure that is not its fault', async () => {
    const away = () => Promise.reject(new Error('connection refused'));
    await expect(isolateRows(lines, { insert: away, isRowFault })).rejects.toThrow('connection refused');
  });
});
