import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Postgres } from '../../src/database/postgres.js';
import { LOCK } from '../../src/database/advisory-lock.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { DataVersions } from '../../src/stock-data/datasets/data-versions.service.js';
import { DAILY_BARS } from '../../src/stock-data/datasets/daily-bars.dataset.js';
import { DatasetImportService } from '../../src/stock-data/import/dataset-import.service.js';
import { fileInput } from '../../src/stock-data/import/files/file-input.js';
import { ImportLogRepository } from '../../src/stock-data/import/import-log.repository.js';
import { rowVersion } from '../../src/stock-data/import/row-version.js';
import { SampleData } from '../../src/stock-data/sample/sample-data.service.js';
import { StagingLoader } from '../../src/stock-data/import/staging-loader.service.js';
import { StagingRepository } from '../../src/stock-data/import/staging.repository.js';
import { StockDataSource } from '../../src/stock-data/stock-data.source.js';
import { eventually } from '../support/eventually.js';
import { openStockData, TestStockData } from '../support/databases/stock-data.js';

const folder = mkdtempSync(join(tmpdir(), 'tallygate-replicas-'));
const HEADER = 'symbol,date,open,high,low,close,volume';
const bar = (symbol: string, day: number) => `${symbol},${new Date(Date.UTC(1950, 0, day)).toISOString().slice(0, 10)},1,1,1,1,1`;

let stock: TestStockData;
let other: TestingModule;
beforeAll(async () => {
  stock = await TestStockData.start();
  other = await openStockData(stock.engine, stock.database);
}, 60_000);
afterAll(async () => {
  await other.close();
  await stock.stop();
  rmSync(folder, { recursive: true });
});

function file(name: string, rows: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, [HEADER, ...rows].join('\n'));
  return path;
}

const importsOf = (app: TestingModule) => app.get(DatasetImportService);
const countOf = async (symbol: string) => {
  const sql = 'SELECT count() AS rows FROM daily_bars FINAL WHERE symbol = {symbol:String}';
  return (await stock.engine.clickhouse.query<{ rows: number }>(sql, { symbol }))[0]!.rows;
};
const stagingTables = () =>
  stock.engine.clickhouse.query("SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE 'staging%'");

describe('two replicas', () => {
  it('that start together load the sample once', async () => {
    const loaded = await Promise.all([stock.app, other].map((app) => app.get(SampleData).loadWhenEmpty()));
    expect(loaded.sort()).toEqual([false, true]);
    const [log] = await stock.engine.clickhouse.query(
      'SELECT count() AS imports, uniqExact(dataset) AS datasets FROM dataset_imports FINAL',
    );
    expect(log).toEqual({ imports: 4, datasets: 4 });
  });

  it('hear of what the other imported: cached results go, tools of a first row come', async () => {
    let announced = 0;
    const source = other.get(StockDataSource);
    source.onChange(() => (announced += 1));
    const list = () => source.tools().find(({ name }) => name === 'list_datasets')!;
    const ask = () => list().call({}, { cancellation: new Cancellation() } as never);
    const before = await ask();
    expect(await ask()).toBe(before);

    const path = join(folder, 'valuation.csv');
    writeFileSync(path, 'symbol,date,market_cap\nAAPL,2024-01-02,3e12\n');
    await importsOf(stock.app).import('daily_valuation', fileInput(path));
    expect(stock.tool('get_valuation')).toBeDefined();
    await eventually(() => expect(announced).toBe(1), 10_000);
    expect(source.tools().map(({ name }) => name)).toContain('get_valuation');
    expect(JSON.stringify((await ask()).structuredContent)).toContain('"dataset":"daily_valuation"');
    expect(await ask()).not.toBe(before);
  }, 15_000);

  it('that import the same file at once import it once', async () => {
    const path = file('same.csv', [bar('SAME', 1)]);
    const reports = await Promise.all(
      [stock.app, other, stock.app].map((app) => importsOf(app).import('daily_bars', fileInput(path))),
    );
    expect(reports.map(({ status }) => status).sort()).toEqual(['imported', 'unchanged', 'unchanged']);
  });

  it('that import different files at once import both', async () => {
    const imports = ['A', 'B', 'C', 'D'].map((name, index) =>
      importsOf(index % 2 ? other : stock.app).import('daily_bars', fileInput(file(`${name}.csv`, [bar(`AT_ONCE_${name}`, 1)]))),
    );
    expect((await Promise.all(imports)).every(({ status }) => status === 'imported')).toBe(true);
    for (const name of ['A', 'B', 'C', 'D']) expect(await countOf(`AT_ONCE_${name}`)).toBe(1);
    const versions = await stock.engine.clickhouse.query<{ version: number }>(
      "SELECT version FROM dataset_imports FINAL WHERE dataset = 'daily_bars' ORDER BY version",
    );
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
  });
});

it('an import that waits in vain for another says so, and gives its connection back', async () => {
  const options = dataSourceOptions(stock.database.url, []);
  const impatient = new DataSource({ ...options, extra: { max: 1, statement_timeout: 200 } } as DataSourceOptions);
  await impatient.initialize();
  const parts = [ImportLogRepository, StagingRepository, StagingLoader, DataVersions].map((part) => stock.app.get(part as never));
  const imports = new DatasetImportService(new Postgres(impatient), ...(parts as [never, never, never, never]));
  const load = () => imports.import('daily_bars', fileInput(file('late.csv', [bar('LATE', 1)])));
  await stock.database.postgres.withLock(LOCK.datasetImports + crc32('daily_bars'), async () => {
    await expect(load()).rejects.toMatchObject({ code: 'CONFLICT' });
  });
  expect(await load()).toMatchObject({ status: 'imported' });
  await impatient.destroy();
});

describe('an import whose process was killed', () => {
  /** Does what an import does, up to the moment of the kill. */
  async function cutOff(symbol: string, publish: 'nothing' | 'half' | 'all'): Promise<void> {
    const [staging, log] = [stock.app.get(StagingRepository), stock.app.get(ImportLogRepository)];
    const version = (await log.last(DAILY_BARS))!.version + 1;
    const target = await staging.create(DAILY_BARS, version);
    const row = (day: number) => JSON.stringify([symbol, `2024-01-0${day}`, 1, 1, 1, 1, 1, 1, false, rowVersion(version, day)]);
    await staging.insert(target, row(1));
    if (publish === 'half') await staging.publish(target);
    await staging.insert(target, row(2));
    await log.begin({ dataset: 'daily_bars', version, fingerprint: symbol, source: `${symbol}.csv`, rows: 2, rejected: 0 });
    if (publish === 'all') await staging.publish(target);
  }

  it.each([
    ['before anything was published leaves nothing', 'nothing', 0],
    ['while it was published leaves nothing', 'half', 0],
    ['after it was published is complete', 'all', 2],
  ] as const)('%s', async (_, publish, rows) => {
    const symbol = `KILLED_${publish}`;
    await cutOff(symbol, publish);
    await importsOf(other).recover();
    expect(await countOf(symbol)).toBe(rows);
    expect(await stagingTables()).toEqual([]);
    expect((await stock.app.get(ImportLogRepository).last(DAILY_BARS))!.is_done).toBe(1);
  });

  it('is settled by the next import of the dataset as well', async () => {
    await cutOff('KILLED_NEXT', 'half');
    await importsOf(other).import('daily_bars', fileInput(file('next.csv', [bar('NEXT', 1)])));
    expect([await countOf('KILLED_NEXT'), await countOf('NEXT')]).toEqual([0, 1]);
  });

  it('by kill -9 in the middle of its work shows nothing, and the file can be imported again', async () => {
    const rows = 100_000;
    const path = file(
      'large.csv',
      Array.from({ length: rows }, (_, index) => bar(`LARGE${index % 4}`, Math.floor(index / 4))),
    );
    const child = spawn(process.execPath, [join('dist', 'cli', 'main.js'), 'import', 'daily_bars', path], {
      env: {
        PATH: process.env['PATH'],
        GATEWAY_DATABASE_URL: stock.database.url,
        GATEWAY_CLICKHOUSE_URL: stock.engine.url,
        GATEWAY_SECRET_KEY: 'k'.repeat(32),
      },
      stdio: 'ignore',
    });
    await eventually(async () => expect(await stagingTables()).toHaveLength(1), 20_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await countOf('LARGE1')).toBe(0);
    await other.get(DataVersions).refresh();
    expect(await importsOf(other).import('daily_bars', fileInput(path))).toMatchObject({ status: 'imported', accepted: rows });
    expect(await countOf('LARGE1')).toBe(rows / 4);
    expect(await stagingTables()).toEqual([]);
  }, 60_000);
});
