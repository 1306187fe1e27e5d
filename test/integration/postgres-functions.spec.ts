import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFunctions, FUNCTIONS_FOLDER } from '../../src/database/apply-functions.js';
import { dataSourceOptions, migrate, openDataSource } from '../../src/database/data-source.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

/** Replicas of before call them while they are replaced; they stay as they are. */
const OF_FIRST_EDITION = ['reserve_credits', 'settle_credits'];
/** The number of the newest migration. */
const NEWEST = Number(new (MIGRATIONS.at(-1)!)().name.slice(-4));

describe("PostgreSQL's functions", () => {
  let database: TestDatabase;
  let folder: string;
  beforeEach(async () => {
    database = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'tallygate-functions-'));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  const file = (name: string, sql: string) => writeFileSync(join(folder, name), sql);
  const answering = (number: number) =>
    `CREATE OR REPLACE FUNCTION mcp.answer() RETURNS int LANGUAGE sql AS $$ SELECT ${number} $$;`;
  const answer = async () => (await database.postgres.query<{ answer: number }>('SELECT mcp.answer()'))[0]!.answer;
  const apply = (release = '1.2.3', schema = NEWEST) => applyFunctions(database.postgres, folder, { release, schema });

  it('are applied with the start, and again only when a file has changed', async () => {
    expect(await applyFunctions(database.postgres)).toEqual([]);
    file('answer.sql', answering(1));
    expect(await apply()).toEqual(['answer.sql']);
    expect(await apply()).toEqual([]);
    file('answer.sql', answering(2));
    expect(await apply()).toEqual(['answer.sql']);
    expect(await answer()).toBe(2);
  });

  it('are changed all together or not at all', async () => {
    file('answer.sql', answering(1));
    await apply();
    file('answer.sql', answering(2));
    file('broken.sql', 'CREATE OR REPLACE FUNCTION mcp.broken() RETURNS int LANGUAGE sql AS $$ SELECT nothing $$;');
    await expect(apply()).rejects.toThrow('nothing');
    expect(await answer()).toBe(1);
    rmSync(join(folder, 'broken.sql'));
    expect(await apply()).toEqual(['answer.sql']);
  });

  it.each([
    ['1.10.0', '1.9.9', 1],
    ['1.9.9', '1.10.0', 2],
    ['1.9.9', '1.9.9', 2],
  ])('of %s are %s’s to keep or to replace: a newer one is never taken back', async (first, second, expected) => {
    file('answer.sql', answering(1));
    await apply(first);
    file('answer.sql', answering(2));
    await apply(second);
    expect(await answer()).toBe(expected);
  });

  it('are left alone by a build of the same release that does not know the newest migration', async () => {
    file('answer.sql', answering(1));
    await apply();
    file('answer.sql', answering(2));
    file('other.sql', answering(2));
    expect(await apply('1.2.3', NEWEST - 1)).toEqual([]);
    expect(await answer()).toBe(1);
    expect(await apply()).toEqual(['answer.sql', 'other.sql']);
  });

  it('are left alone by an older build also where the newer one had migrated and not applied its own yet', async () => {
    file('answer.sql', answering(1));
    await apply();
    await database.postgres.query(`INSERT INTO mcp.migrations (timestamp, name) VALUES (1700000000999, 'Later1700000000999')`);
    file('answer.sql', answering(2));
    expect(await apply()).toEqual([]);
    expect(await apply('1.2.3', 999)).toEqual(['answer.sql']);
  });

  it('belong to the newest build that started, whether or not it changed them', async () => {
    file('answer.sql', answering(1));
    await apply('1.9.9');
    expect(await apply('1.10.0')).toEqual([]);
    file('answer.sql', answering(2));
    expect(await apply('1.9.10')).toEqual([]);
    expect(await answer()).toBe(1);
  });

  it('are newer, by the version they are marked with, than those of builds that compare releases alone', async () => {
    file('answer.sql', answering(1));
    await apply('1.2.3');
    const [{ version }] = (await database.postgres.query('SELECT version FROM mcp.functions')) as [{ version: string }];
    expect(version.localeCompare('1.2.3', 'en', { numeric: true })).toBe(1);
    expect(version.localeCompare('1.2.4', 'en', { numeric: true })).toBe(-1);
  });

  it('are the same on a new database and on one that had older ones from its migrations', async () => {
    const fresh = await createTestDatabase();
    await database.postgres.query('DROP SCHEMA mcp CASCADE');
    await migrate(database.dataSource);
    await database.postgres.query('ALTER FUNCTION mcp.refill_credits RESET enable_seqscan');
    await applyFunctions(database.postgres);
    expect(await functionsOf(database)).toEqual(await functionsOf(fresh));
    await fresh.drop();
  });

  it('are in files, all of them: one that a migration made is read and mended there', async () => {
    const files = readdirSync(FUNCTIONS_FOLDER).map((name) => readFileSync(join(FUNCTIONS_FOLDER, name), 'utf8'));
    const inFiles = [...files.join('\n').matchAll(/^CREATE OR REPLACE FUNCTION mcp\.(\w+)/gm)].map(([, name]) => name);
    const known = await database.postgres.query<{ proname: string }>(
      `SELECT proname FROM pg_proc WHERE pronamespace = 'mcp'::regnamespace`,
    );
    expect([...inFiles, ...OF_FIRST_EDITION].sort()).toEqual(known.map(({ proname }) => proname).sort());
  });

  it('are applied once by replicas that start together on an empty database', async () => {
    await database.postgres.query('DROP SCHEMA mcp CASCADE');
    const starts = Array.from({ length: 3 }, () => openDataSource(dataSourceOptions(database.url, [])));
    for (const dataSource of await Promise.all(starts)) await dataSource.destroy();
    const applied = await database.postgres.query<{ name: string }>('SELECT name FROM mcp.functions ORDER BY name');
    expect(applied.map(({ name }) => name)).toEqual(readdirSync(FUNCTIONS_FOLDER).sort());
  });

  async function functionsOf({ postgres }: TestDatabase): Promise<string[]> {
    const rows = await postgres.query<{ definition: string }>(
      `SELECT pg_get_functiondef(oid) AS definition FROM pg_proc WHERE pronamespace = 'mcp'::regnamespace ORDER BY 1`,
    );
    return rows.map(({ definition }) => definition);
  }
});
