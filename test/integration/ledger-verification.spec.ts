import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { exportPostgres, importPostgres } from '../../src/backup/postgres-tables.js';
import { archiveRig, FEBRUARY, JANUARY, type ArchiveRig } from '../support/databases/ledger-months.js';
import { creditRig } from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(60_000);

describe('The verification of the ledger’s archive', () => {
  let database: TestDatabase;
  let archiving: ArchiveRig;
  let folder: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    archiving = await archiveRig(database);
    ({ folder } = archiving);
    await archiving.archive();
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  it('names a file that is missing', async () => {
    rmSync(join(folder, JANUARY));
    expect(await archiving.problems()).toMatchObject({
      '2031-01': expect.stringContaining('5 charges are nowhere else'),
      '2031-02': null,
    });
  });

  it('names a file that has changed', async () => {
    const bytes = readFileSync(join(folder, JANUARY));
    bytes[100]! ^= 1;
    writeFileSync(join(folder, JANUARY), bytes);
    expect(await archiving.problems()).toMatchObject({ '2031-01': expect.stringContaining('changed since'), '2031-02': null });
  });

  it('names files that were swapped', async () => {
    renameSync(join(folder, JANUARY), join(folder, 'other'));
    renameSync(join(folder, FEBRUARY), join(folder, JANUARY));
    renameSync(join(folder, 'other'), join(folder, FEBRUARY));
    expect(await archiving.problems()).toMatchObject({
      '2031-01': expect.stringContaining('the file of 2031-02'),
      '2031-02': expect.stringContaining('the file of 2031-01'),
    });
  });

  it.each([
    'UPDATE mcp.archived_charges SET amount = amount + 1',
    'UPDATE mcp.archived_charges SET balance_after = balance_after + 1',
    'DELETE FROM mcp.archived_charges',
    'UPDATE mcp.archived_days SET amount = amount + 1',
    'UPDATE mcp.ledger_archives SET amount = amount + 1',
  ])('names what somebody has changed in PostgreSQL: %s', async (sql) => {
    await archiving.tamper(`${sql} WHERE month = '2031-01-01'`);
    expect(await archiving.problems()).toMatchObject({
      '2031-01': expect.stringContaining('not what the file adds up to'),
      '2031-02': null,
    });
  });

  it('is not needed for the check of all books, which finds without the files what does not add up', async () => {
    await archiving.tamper(`UPDATE mcp.archived_charges SET amount = amount + 1 WHERE account_id = ${archiving.accounts.early}`);
    expect((await archiving.rig.audit.audit()).differences.map(({ check }) => check)).toEqual([
      'balance',
      'chain',
      'purchased',
      'total_credits_used',
    ]);
  });

  it('comes back from a backup with what PostgreSQL has noted of it', async () => {
    const before = await archiving.books();
    const backup = temporaryFolder('backup');
    const copy = await createTestDatabase();
    mkdirSync(join(backup, 'postgres'));
    await withClient(database.url, async (client) => {
      const manifest = await exportPostgres(client, backup, '');
      await withClient(copy.url, (target) => importPostgres(target, backup, manifest));
    });
    expect(await archiving.books(creditRig(copy.postgres))).toEqual(before);
    await copy.drop();
    rmSync(backup, { recursive: true });
  });
});

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
