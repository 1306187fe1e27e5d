import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATASETS } from '../../src/stock-data/datasets/datasets.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';

let engine: TestClickHouse;
beforeAll(async () => {
  engine = await startTestClickHouse();
}, 30_000);
afterAll(() => engine.stop());

describe.each(DATASETS.map((dataset) => [dataset.table, dataset] as const))('the dataset %s', (table, dataset) => {
  it('has the columns its descriptor says, and the version of the import', async () => {
    const columns = await engine.clickhouse.query(
      'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position',
      { table },
    );
    const described = dataset.columns.map(({ name, type }) => ({ name, type: type as string }));
    expect(columns).toEqual([...described, { name: 'import_version', type: 'UInt64' }]);
  });

  it('replaces rows by its sorting key, and is published in one step', async () => {
    const [stored] = await engine.clickhouse.query(
      'SELECT sorting_key, partition_key, engine_full FROM system.tables WHERE database = currentDatabase() AND name = {table:String}',
      { table },
    );
    expect(stored).toEqual({
      sorting_key: dataset.sortingKey.join(', '),
      partition_key: '',
      engine_full: expect.stringMatching(/^(Shared|Replicated)?ReplacingMergeTree\(import_version\) /),
    });
  });

  it('names only columns it has', () => {
    const names = dataset.columns.map(({ name }) => name);
    const named = [...dataset.sortingKey, dataset.symbolColumn, dataset.dateColumn].filter((name) => name !== undefined);
    expect(names).toEqual(expect.arrayContaining(named));
    expect(new Set(names).size).toBe(names.length);
  });

  it('explains itself and every column', () => {
    for (const text of [dataset.title, dataset.description, dataset.source, ...dataset.columns.map((c) => c.description)]) {
      expect(text).toMatch(/\S/);
    }
  });
});
