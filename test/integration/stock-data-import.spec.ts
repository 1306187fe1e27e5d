import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatasetImportService, type ImportOptions } from '../../src/stock-data/import/dataset-import.service.js';
import { fileInput } from '../../src/stock-data/import/files/file-input.js';
import { SyntheticData } from '../../src/stock-data/sample/synthetic-data.service.js';
import { TestStockData } from '../support/databases/stock-data.js';

const folder = mkdtempSync(join(tmpdir(), 'tallygate-import-test-'));
const HEADER = 'Date,Open,High,Low,Close,Volume';
const line = (day: number, close = 10) => `2024-01-${String(day).padStart(2, '0')},9,20,1,${close},100`;
const lines = (count: number, close?: number) => Array.from({ length: count }, (_, index) => line(index + 1, close));

let stock: TestStockData;
beforeAll(async () => {
  stock = await TestStockData.start();
}, 60_000);
afterAll(async () => {
  await stock.stop();
  rmSync(folder, { recursive: true });
});

/** A symbol of its own for every test, since all of them share the tables. */
let symbol: string;
let tests = 0;
beforeEach(() => {
  symbol = `T${(tests += 1)}`;
});

function load(content: string[] | Buffer, options: ImportOptions = {}, dataset = 'daily_bars') {
  const path = join(folder, 'data');
  writeFileSync(path, Array.isArray(content) ? content.join('\n') : content);
  return stock.app.get(DatasetImportService).import(dataset, fileInput(path), { set: { symbol }, ...options });
}

const bars = (of = symbol) =>
  stock.engine.clickhouse.query<Record<string, unknown>>(
    'SELECT * EXCEPT import_version FROM daily_bars FINAL WHERE symbol = {of:String} ORDER BY date',
    { of },
  );

const stagingTables = () =>
  stock.engine.clickhouse.query("SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE 'staging%'");

describe('an import', () => {
  it('stores what the file says', async () => {
    const report = await load([HEADER, line(2, 11.5), line(3)]);
    expect(report).toEqual({
      dataset: 'daily_bars',
      status: 'imported',
      rows: 2,
      accepted: 2,
      duplicates: 0,
      rejected_total: 0,
      rejected: [],
      ignored_columns: [],
    });
    const bar = { symbol, date: '2024-01-02', open: 9, high: 20, low: 1, close: 11.5, adj_close: 11.5, volume: 100 };
    expect(await bars()).toEqual([{ ...bar, is_synthetic: false }, expect.objectContaining({ date: '2024-01-03' })]);
  });

  it('takes gzip, told by its content', async () => {
    expect(await load(gzipSync([HEADER, ...lines(5)].join('\n')))).toMatchObject({ status: 'imported', accepted: 5 });
  });

  it('takes Parquet: what the engine exports comes back as it was', async () => {
    await load([HEADER, ...lines(20, 12.25)]);
    const columns = 'symbol, date, open, high, low, close, adj_close, volume, is_synthetic';
    const query = `SELECT ${columns} FROM daily_bars FINAL WHERE symbol = '${symbol}' FORMAT Parquet`;
    const parquet = Buffer.from(await (await fetch(stock.engine.url, { method: 'POST', body: query })).arrayBuffer());
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
    const copy = `${symbol}COPY`;
    expect(await load(parquet, { set: { symbol: copy } })).toMatchObject({ status: 'imported', accepted: 20 });
    expect(await bars(copy)).toEqual((await bars()).map((bar) => ({ ...bar, symbol: copy })));
  });

  it('takes more rows than fit into one batch', async () => {
    const many = Array.from({ length: 45_000 }, (_, index) => new Date(Date.UTC(1900, 0, 1 + index)).toISOString().slice(0, 10));
    const shares: number[] = [];
    const report = await load([HEADER, ...many.map((date) => `${date},1,1,1,1,1`)], {
      onProgress: (share) => shares.push(share),
    });
    expect(report).toMatchObject({ status: 'imported', accepted: 45_000 });
    expect(await bars()).toHaveLength(45_000);
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('of two lines with the same key takes the later, and counts the other', async () => {
    expect(await load([HEADER, line(2, 3), line(3, 4), line(2, 5)])).toMatchObject({ accepted: 3, duplicates: 1 });
    expect((await bars()).map(({ close }) => close)).toEqual([5, 4]);
  });

  it('replaces rows of earlier imports with the same key, and leaves the others', async () => {
    await load([HEADER, line(2, 3), line(3, 3)]);
    await load([HEADER, line(3, 7), line(4, 7)]);
    expect((await bars()).map(({ close }) => close)).toEqual([3, 7, 7]);
  });

  it('takes names full of SQL as the data they are', async () => {
    const name = `x'); DROP TABLE symbols; -- \\ {a:String} \t`;
    expect(await load(['symbol,name', `${symbol},"${name}"`], { set: {} }, 'symbols')).toMatchObject({ accepted: 1 });
    const stored = await stock.engine.clickhouse.query('SELECT name FROM symbols FINAL WHERE symbol = {symbol:String}', {
      symbol,
    });
    expect(stored).toEqual([{ name: name.trim() }]);
  });
});

describe('a broken line', () => {
  const broken = [
    HEADER,
    line(2),
    '2024-01-03,9,20,1,10',
    '2024-02-30,9,20,1,10,1',
    '2024-01-05,9,1,20,10,1',
    line(6).replace('100', '-1'),
  ];
  const rejected = [
    { line: 3, reason: 'has 5 fields instead of 6' },
    { line: 4, reason: 'date "2024-02-30" is not a day (YYYY-MM-DD)' },
    { line: 5, reason: 'high 1 is below low 20' },
    { line: 6, reason: 'volume "-1" is negative' },
  ];

  it('refuses the whole file, and every broken line is named', async () => {
    expect(await load(broken)).toMatchObject({ status: 'rejected', rows: 5, accepted: 1, rejected_total: 4, rejected });
    expect(await bars()).toEqual([]);
  });

  it('is left out on demand, and the good lines are taken', async () => {
    expect(await load(broken, { skipRejected: true })).toMatchObject({
      status: 'imported',
      accepted: 1,
      rejected_total: 4,
      rejected,
    });
    expect(await bars()).toHaveLength(1);
  });

  it('still refuses the file when it was taken before without its broken lines', async () => {
    await load(broken, { skipRejected: true });
    expect(await load(broken)).toMatchObject({ status: 'rejected' });
    expect(await load(broken, { skipRejected: true })).toMatchObject({ status: 'unchanged' });
  });

  it('is named only a hundred times, but counted always', async () => {
    const report = await load([HEADER, ...Array<string>(5_000).fill('nonsense')], { skipRejected: true });
    expect([report.status, report.rejected_total, report.rejected.length]).toEqual(['rejected', 5_000, 100]);
  });

  it('at the end of a large file refuses all that came before it', async () => {
    const good = Array.from(
      { length: 25_000 },
      (_, index) => `${new Date(Date.UTC(1900, 0, 1 + index)).toISOString().slice(0, 10)},1,1,1,1,1`,
    );
    expect(await load([HEADER, ...good, 'nonsense'])).toMatchObject({ status: 'rejected', rejected: [{ line: 25_002 }] });
    expect(await bars()).toEqual([]);
  });
});

describe('a file that cannot be taken', () => {
  it.each([
    [['Date,Close', '2024-01-02,1'], 'The file lacks open, high, low, volume; it has: Date, Close.'],
    [[HEADER], 'The file has no rows.'],
    [[''], 'The file is empty'],
    [[HEADER, '2024-01-02,"1,2,3,4,5'], 'The file is not CSV'],
  ])('%j is refused with a reason', async (content, words) => {
    await expect(load(content)).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(words) });
  });

  it('an unknown dataset is refused by naming the known', async () => {
    const refused = { code: 'NOT_FOUND', message: expect.stringContaining('Datasets: symbols, daily_bars') };
    await expect(load([HEADER, line(2)], {}, 'nope')).rejects.toMatchObject(refused);
    await expect(load([HEADER, line(2)], {}, 'mcp_tool_usage_log')).rejects.toMatchObject(refused);
  });
});

describe('the same file twice', () => {
  it('changes nothing and says so', async () => {
    const content = [HEADER, line(2), line(3)];
    await load(content);
    expect(await load(content)).toMatchObject({ status: 'unchanged', rows: 0 });
    expect(await load(content, { map: { adj_close: 'Open' } })).toMatchObject({ status: 'imported' });
  });

  it('restores its rows when another file has replaced some of them', async () => {
    const [right, wrong] = [
      [HEADER, line(2, 5)],
      [HEADER, line(2, 6)],
    ];
    await load(right);
    await load(wrong);
    expect(await load(right)).toMatchObject({ status: 'imported' });
    expect(await bars()).toMatchObject([{ close: 5 }]);
  });
});

describe('a synthetic universe', () => {
  const size = { symbols: 4, days: 100, seed: 5 };
  const generate = (options = size) => stock.app.get(SyntheticData).generate(options);

  it('is imported once, and a second time nothing changes', async () => {
    const statuses = async () => [...new Set((await generate()).map(({ status }) => status))];
    expect(await statuses()).toEqual(['imported']);
    expect(await statuses()).toEqual(['unchanged']);
  });

  it('is bounded', async () => {
    for (const options of [
      { symbols: 0 },
      { symbols: 10_000 },
      { days: 1.5 },
      { days: 10_001 },
      { symbols: 9_999, days: 9_999 },
      { seed: 0.5 },
    ]) {
      await expect(generate({ ...size, ...options })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
});

it('no import, whatever became of it, leaves a table behind', async () => {
  expect(await stagingTables()).toEqual([]);
});
