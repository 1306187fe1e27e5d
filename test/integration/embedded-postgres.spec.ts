import { Logger, type LoggerService } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { PostgresEngine } from '../../src/database/postgres-engine.js';
import { testConfig } from '../support/gateway/test-config.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the embedded PostgreSQL', () => {
  const folder = temporaryFolder('postgres');
  const postgres = new EmbeddedPostgres(folder);
  let url: string;
  beforeAll(async () => {
    ({ url } = await postgres.start());
  });
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const query = async (sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows as unknown[];
    } finally {
      await client.end();
    }
  };

  it('is adopted by a second start', async () => {
    await query('CREATE TABLE kept AS SELECT 1 AS one');
    expect(await new EmbeddedPostgres(folder).start()).toEqual({ url, adopted: true });
  });

  it('starts again after kill -9, on the same port and with its data, reaped or not', async () => {
    process.kill(Number(readFileSync(join(postgres.folder, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    const port = Number(new URL(url).port);
    const again = await eventually(async () => {
      const started = await postgres.start(port);
      expect(started.adopted).toBe(false);
      return started;
    });
    expect(again.url).toBe(url);
    expect(await query('SELECT one FROM kept')).toEqual([{ one: 1 }]);
  }, 30_000);
});

it('keeps its folder to itself, also one that was open, and stays where it is', async () => {
  const folder = temporaryFolder('postgres');
  const data = join(folder, 'data');
  mkdirSync(data);
  const first = new EmbeddedPostgres(data);
  await first.start();
  await first.stop();
  for (const open of [data, join(data, 'postgres')]) chmodSync(open, 0o755);

  const second = new EmbeddedPostgres(data);
  await second.start();
  expect(second.folder).toBe(first.folder);
  // As root, the account of PostgreSQL passes through, and nobody else.
  expect((statSync(data).mode & 0o777).toString(8)).toBe(process.getuid!() === 0 ? '710' : '700');
  expect((statSync(join(data, 'postgres')).mode & 0o777).toString(8)).toBe('700');
  await second.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it('is started again once, and once only, by the gateway whose server is killed', async () => {
  const folder = temporaryFolder('postgres');
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  Logger.overrideLogger({ log: note, error: note, warn: note } satisfies LoggerService);
  const engine = new PostgresEngine(testConfig({ data_dir: folder }));
  await engine.start();
  for (let kills = 1; kills <= 2; kills += 1) {
    const pidFile = join(new EmbeddedPostgres(folder).folder, 'postmaster.pid');
    process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL');
    await eventually(() => expect(lines.filter((line) => line === 'Ready again')).toHaveLength(kills), 30_000);
    expect(lines.filter((line) => line.includes('is gone'))).toHaveLength(kills);
  }
  await engine.stop();
  Logger.overrideLogger(true);
  rmSync(folder, { recursive: true, force: true });
}, 90_000);

it('starts after its first start was interrupted, as by a power cut, however far that had come', async () => {
  const folder = temporaryFolder('postgres');
  const first = new EmbeddedPostgres(folder).start();
  await eventually(() => expect(filesIn(folder)).toContain('PG_VERSION'), 30_000);
  for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
  await expect(first).rejects.toThrow();

  const postgres = new EmbeddedPostgres(folder);
  const client = new pg.Client({ connectionString: (await postgres.start()).url });
  await client.connect();
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await client.end();
  expect(readdirSync(dirname(postgres.folder)).filter((name) => name.startsWith('cluster'))).toEqual(['cluster']);
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}, 90_000);

const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => basename(path));

/** What runs with the folder in its command line. */
function processesOf(folder: string): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(folder)).map((line) => parseInt(line, 10));
}
