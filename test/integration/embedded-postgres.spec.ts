import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
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
