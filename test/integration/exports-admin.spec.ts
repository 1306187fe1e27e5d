import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { Principal } from '../../src/auth/access/principal.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';

type Row = Record<string, string>;
const ALL = '/api/admin/calls?tool_name=of_all';

describe("An operator's file, of everybody's calls,", () => {
  let rest: AccountsRest;
  let [admin, anna, bob]: Principal[] = [];
  beforeAll(async () => {
    rest = await AccountsRest.start();
    await rest.delivers();
    [admin, anna, bob] = [await rest.newUser('admin'), await rest.newUser(), await rest.newUser()];
    const ago = (minutes: number) => new Date(Date.now() - 60_000 * minutes);
    await rest.record(
      { user_id: anna!.userId, tool_name: 'of_all', error_message: '=1+1', created_at: ago(1) },
      { user_id: bob!.userId, tool_name: 'of_all', created_at: ago(2) },
      { user_id: 'gone', tool_name: 'of_all', is_error: true, error_code: 'CANCELLED', created_at: ago(3) },
    );
    await rest.delivered();
  }, 60_000);
  afterAll(() => rest.stop());

  const ask = (query: string) => rest.get(admin!, `${ALL}&${query}`).buffer(true);
  const rowsOf = (text: string) => parse(text, { columns: true, record_delimiter: '\r\n' }) as unknown as Row[];
  const linesOf = (text: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Row);

  it('has the columns of a record and whose it is, newest first, without formulas, under a name of its own', async () => {
    const { text, headers } = await ask('format=csv').expect(200);
    expect(headers['content-disposition']).toMatch(/filename="tallygate-calls-\d{4}-\d\d-\d\d\.csv"$/);
    expect(text.split('\r\n')[0]).toMatch(/^created_at,id,request_id,.*,transport,user_id,user_email$/);
    expect(rowsOf(text).map((row) => [row['user_id'], row['user_email'], row['error_message']])).toEqual([
      [anna!.userId, expect.stringContaining('@'), "'=1+1"],
      [bob!.userId, expect.stringContaining('@'), ''],
      ['gone', '', ''],
    ]);
  });

  it('is NDJSON whose lines are the records of the pages, whatever the page', async () => {
    const { records } = (await ask('').expect(200)).body as { records: Row[] };
    expect(records).toHaveLength(3);
    expect(linesOf((await ask('format=ndjson&page_size=1').expect(200)).text)).toEqual(records);
    const accepted = await ask('page_size=1').set('Accept', 'application/x-ndjson').expect(200);
    expect(linesOf(accepted.text)).toEqual(records);
  });

  it('has what the filters leave, and every call once', async () => {
    const users = async (query: string) =>
      rowsOf((await ask(`format=csv&${query}`).expect(200)).text).map((row) => row['user_id']);
    expect(await users(`user_id=${bob!.userId}`)).toEqual([bob!.userId]);
    expect(await users('outcome=cancelled')).toEqual(['gone']);
    expect(await users(`to=${new Date(Date.now() - 150_000).toISOString()}`)).toEqual(['gone']);
    const rows = `INSERT INTO mcp_tool_usage_by_time (id, user_id, tool_name, created_at)
      SELECT toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(number), 12, '0'))), 'many', 'of_many',
             toStartOfHour(now()) + toIntervalMillisecond(intDiv(number, 700)) FROM numbers(5000)`;
    for (const half of [' WHERE number < 3000', ' WHERE number >= 2000']) await rest.clickhouse.clickhouse.command(rows + half);
    const { text } = await rest.get(admin!, '/api/admin/calls?tool_name=of_many&format=csv').expect(200);
    const ids = rowsOf(text).map((row) => row['id']);
    expect([ids.length, new Set(ids).size]).toEqual([5_000, 5_000]);
  });

  it('is an operator’s alone, and refused as the list is', async () => {
    await rest.get(anna!, `${ALL}&format=csv`).expect(403);
    await ask('format=xml').expect(422);
    await ask(`format=csv&user_id=9d3c7f4e-5a3c-4a6e-8a47-6f0b9f0c1d2e`).expect(404);
    await ask(`format=csv&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`).expect(422);
  });

  it('is as that of the audit log, which has what its filters leave', async () => {
    const { account } = await rest.newAccount();
    await rest.put(admin!, `/api/admin/mcp/accounts/${account.id}/tier`, { tier: 'pro' }).expect(200);
    const log = (query = '') =>
      rest.get(admin!, `/api/admin/audit?subject_type=account&subject_id=${account.id}${query}`).buffer(true);
    const rows = rowsOf((await log('&format=csv').expect(200)).text);
    expect(rows.map(({ action, details }) => [action, details])).toEqual([
      ['account.tier_changed', '{"after":"pro","before":"free"}'],
      ['account.enabled', '{}'],
    ]);
    const { entries } = (await log().expect(200)).body as { entries: Row[] };
    expect(linesOf((await log('&format=ndjson').expect(200)).text)).toEqual(entries);
    await rest.get(anna!, '/api/admin/audit?format=csv').expect(403);
  });
});
