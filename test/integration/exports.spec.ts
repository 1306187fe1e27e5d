import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import type { Principal } from '../../src/auth/access/principal.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';

type Row = Record<string, string>;

/** Cells that a spreadsheet would calculate, and others that need quotes. */
const HOSTILE = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  'a,b',
  'say "hi"',
  'two\r\nlines',
  'x;=1+1',
  'x\r=1+1',
  'x\n=1+1',
  'grüß 日本',
];

describe('A list as a file', () => {
  let rest: AccountsRest;
  let admin: Principal;
  beforeAll(async () => {
    rest = await AccountsRest.start();
    admin = await rest.newUser('admin');
    await rest.delivers();
  }, 60_000);
  afterAll(() => rest.stop());

  const rowsOf = (text: string) => parse(text, { columns: true, record_delimiter: '\r\n' }) as unknown as Row[];
  const csv = async (who: Principal, path: string) => rowsOf((await rest.get(who, path).expect(200)).text);
  const ndjson = async (who: Principal, path: string) => {
    const { text } = await rest.get(who, path).buffer(true).expect(200);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Row);
  };
  const page = async <Page>(who: Principal, path: string) => (await rest.get(who, path).expect(200)).body as Page;

  describe('of calls', () => {
    let user: Principal;
    beforeAll(async () => {
      user = await rest.newUser();
      const { key_id } = (await rest.post(user, '/api/mcp-keys/create', { key_name: '=key' }).expect(200)).body as {
        key_id: string;
      };
      const ago = (minutes: number) => new Date(Date.now() - 60_000 * minutes);
      await rest.record(
        ...HOSTILE.map((text, n) => ({
          user_id: user.userId,
          api_key_id: key_id,
          tool_name: text,
          error_message: text,
          arguments: { text },
          record_count: n,
          is_error: n % 2 === 1,
          created_at: ago(n),
        })),
        { user_id: user.userId, api_key_id: '', tool_name: 'by_login', created_at: ago(60) },
        { user_id: (await rest.newUser()).userId },
      );
      await rest.delivered();
      await rest.post(user, '/api/mcp-keys/revoke', { key_id }).expect(200);
    });

    it('is CSV of RFC 4180 with a header, newest first, under a name of its own', async () => {
      const { text, headers } = await rest.get(user, '/api/mcp-usage/history?format=csv').expect(200);
      expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
      expect(headers['content-disposition']).toMatch(/^attachment; filename="tallygate-usage-\d{4}-\d\d-\d\d\.csv"$/);
      expect(text.split('\r\n')[0]).toBe(
        'created_at,id,request_id,tool_name,service,table_name,record_count,duration_ms,is_error,is_backend_error,error_code,' +
          'error_message,arguments,credits_charged,api_key_id,api_key_name,client_name,protocol_version,transport',
      );
      const rows = rowsOf(text);
      expect(text).toContain(',"x;=1+1",'); // where a spreadsheet splits at semicolons, too
      expect(rows.map((row) => row['record_count'])).toEqual([...HOSTILE.keys(), 10].map(String));
      expect(rows.map((row) => row['created_at'])).toEqual(
        rows
          .map((row) => row['created_at'])
          .sort()
          .reverse(),
      );
      expect(rows[1]).toMatchObject({
        is_error: 'true',
        is_backend_error: 'false',
        duration_ms: '2.5',
        arguments: '{"text":"+1"}',
      });
    });

    it('has no cell that a spreadsheet would take for a formula, and every text as it was after the mark', async () => {
      const rows = await csv(user, '/api/mcp-usage/history?format=csv');
      const cells = rows.slice(0, HOSTILE.length).map((row) => row['error_message']!);
      expect(cells).toEqual(HOSTILE.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)));
      for (const cell of rows.flatMap((row) => Object.values(row))) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    });

    it('begins a row nowhere but behind the end of one, however a spreadsheet ends its lines', async () => {
      const { text } = await rest.get(user, '/api/mcp-usage/history?format=csv').expect(200);
      const beyondQuotes = text.replaceAll(/"(?:[^"]|"")*"/g, '');
      expect(beyondQuotes.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      expect(beyondQuotes.trimEnd().split('\r\n')).toHaveLength(HOSTILE.length + 2);
    });

    it('names the key as it is called now, also a revoked one, in the list as well', async () => {
      const rows = await csv(user, '/api/mcp-usage/history?format=csv');
      expect(rows.map((row) => row['api_key_name'])).toEqual([...HOSTILE.map(() => "'=key"), '']);
      const { records } = await page<{ records: Row[] }>(user, '/api/mcp-usage/history?page_size=100');
      expect(records.map((record) => record['api_key_name'])).toEqual([...HOSTILE.map(() => '=key'), null]);
    });

    it('is NDJSON whose lines are the records of the pages', async () => {
      const { records } = await page<{ records: Row[] }>(user, '/api/mcp-usage/history?page_size=100');
      expect(await ndjson(user, '/api/mcp-usage/history?format=ndjson')).toEqual(records);
    });

    it.each([
      ['', 'text/csv', 'text/csv'],
      ['', 'application/x-ndjson', 'application/x-ndjson'],
      ['', 'application/json;q=0.5, text/csv', 'text/csv'],
      ['', '*/*', 'application/json'],
      ['', 'text/html,application/xhtml+xml,*/*;q=0.8', 'application/json'],
      ['', 'image/png', 'application/json'],
      ['format=json', 'text/csv', 'application/json'],
      ['format=ndjson', 'text/csv', 'application/x-ndjson'],
      ['format=csv', 'application/json', 'text/csv'],
    ])('is what is asked for: ?%s with Accept: %s is %s', async (query, accept, type) => {
      const { headers } = await rest.get(user, `/api/mcp-usage/history?${query}`).set('Accept', accept);
      expect(headers['content-type']!.split(';')[0]).toBe(type);
    });

    it('has what the filters leave, whatever the page', async () => {
      const { userId } = user;
      const { records } = await page<{ records: Row[] }>(user, '/api/mcp-usage/history?page_size=100');
      const key = records[0]!['api_key_id'];
      const of = async (query: string) => (await csv(user, `/api/mcp-usage/history?format=csv&${query}`)).length;
      expect(await of(`api_key_id=${key}&page=7&page_size=1`)).toBe(HOSTILE.length);
      expect(await of('tool_name=by_login')).toBe(1);
      expect(await of('start_date=2020-01-01&end_date=2020-01-02')).toBe(0);
      expect((await page<{ total_calls: number }>(user, `/api/mcp-usage/stats?api_key_id=${key}`)).total_calls).toBe(
        HOSTILE.length,
      );
      expect((await page<{ total_calls: number }>(user, `/api/mcp-usage/stats?api_key_id=${userId}`)).total_calls).toBe(0);
    });

    it('without a row is a header, and nothing in NDJSON', async () => {
      const nobody = await rest.newUser();
      expect((await rest.get(nobody, '/api/mcp-usage/history?format=csv').expect(200)).text).toMatch(/^created_at,[a-z_,]+\r\n$/);
      expect(await ndjson(nobody, '/api/mcp-usage/history?format=ndjson')).toEqual([]);
      expect((await rest.get(nobody, '/api/mcp-usage/stats?format=csv').expect(200)).text).toMatch(/^date,[a-z_,]+\r\n$/);
    });

    it('is refused as everything is, in JSON', async () => {
      const reversed = '/api/mcp-usage/history?format=csv&start_date=2024-02-01&end_date=2024-01-31';
      expect((await rest.get(user, reversed).expect(422)).body).toMatchObject({ detail: [{ loc: ['query', 'end_date'] }] });
      expect((await rest.get(user, '/api/mcp-usage/stats?format=xml').expect(422)).body).toMatchObject({
        detail: [{ loc: ['query', 'format'] }],
      });
      await rest.http().get('/api/mcp-usage/history?format=csv').expect(401);
      await rest.clickhouse.arm('refuse', 1);
      const { body, headers } = await rest.get(user, '/api/mcp-usage/history?format=csv').expect(503);
      expect([headers['content-type'], body]).toEqual([
        expect.stringContaining('application/json'),
        expect.objectContaining({ error_code: 'UNAVAILABLE' }),
      ]);
    });

    it('has every call once, however many moments, deliveries and pieces there are', async () => {
      const long = await rest.newUser();
      const rows = `INSERT INTO mcp_tool_usage_log (id, user_id, tool_name, created_at)
        SELECT toUUID(concat('00000000-0000-4000-', leftPad(toString(number % 10000), 4, '0'), '-', leftPad(toString(number * 7919 % 1000003), 12, '0'))),
               '${long.userId}', 'many', toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalMillisecond(intDiv(number, 700))
        FROM numbers(5000)`;
      for (const half of [' WHERE number < 3000', ' WHERE number >= 2000']) await rest.clickhouse.clickhouse.command(rows + half);
      const ids = (await csv(long, '/api/mcp-usage/history?format=csv')).map((row) => row['id']);
      const ordered = await rest.clickhouse.clickhouse.query<{ id: string }>(
        `SELECT id FROM mcp_tool_usage_log FINAL WHERE user_id = {user:String} ORDER BY created_at DESC, id DESC`,
        { user: long.userId },
      );
      expect(ids).toHaveLength(5_000);
      expect(ids).toEqual(ordered.map(({ id }) => id));
    });
  });

  it('of statistics has a row for each tool on each day, oldest first, of all keys or one', async () => {
    const user = await rest.newUser();
    const other = randomUUID();
    const day = (days: number) => new Date(Date.now() - 86_400_000 * days);
    const call = { user_id: user.userId, api_key_id: randomUUID(), table_name: 't', record_count: 2, credits_charged: 3 };
    await rest.record(
      { ...call, tool_name: 'b', created_at: day(40) },
      { ...call, tool_name: 'a', created_at: day(1) },
      { ...call, tool_name: 'a', created_at: day(1), is_error: true },
      { ...call, tool_name: 'b', created_at: day(1), api_key_id: other },
      { ...call, tool_name: 'b', created_at: day(400) },
    );
    await rest.delivered();
    const date = (days: number) => day(days).toISOString().slice(0, 10);
    expect(await csv(user, '/api/mcp-usage/stats?format=csv&days=60')).toEqual([
      ...[['b', date(40), '1', '0'] as const, ['a', date(1), '2', '1'] as const, ['b', date(1), '1', '0'] as const].map(
        ([tool_name, on, calls, errors]) => ({
          date: on,
          tool_name,
          table_name: 't',
          call_count: calls,
          error_count: errors,
          total_records: String(2 * Number(calls)),
          total_credits: String(3 * Number(calls)),
        }),
      ),
    ]);
    const ofKey = await csv(user, `/api/mcp-usage/stats?format=csv&days=60&api_key_id=${other}`);
    expect(ofKey.map((row) => row['tool_name'])).toEqual(['b']);
  });

  it('of a ledger has its numbers as numbers; its owner’s is the operator’s', async () => {
    const { user, account } = await rest.newAccount();
    await rest.call(account, user, 3);
    await rest.post(admin, `/api/admin/mcp/accounts/${account.id}/add-credits`, { amount: 5, reason: '=sorry' }).expect(200);
    const own = await csv(user, '/api/mcp/credit-history?format=csv');
    expect(own.map((row) => [row['transaction_type'], row['amount'], row['balance_after'], row['description']])).toEqual([
      ['grant', '5', '52', "'=sorry"],
      ['usage', '-3', '47', ''],
      ['monthly_refill', '50', '50', 'Initial free tier allocation'],
    ]);
    expect(await csv(admin, `/api/admin/mcp/accounts/${account.id}/credit-history?format=csv`)).toEqual(own);
    const { transactions } = await page<{ transactions: Row[] }>(user, '/api/mcp/credit-history');
    expect(await ndjson(user, '/api/mcp/credit-history?format=ndjson')).toEqual(transactions);
    await rest.get(admin, '/api/admin/mcp/accounts/999999/credit-history?format=csv').expect(404);
    await rest.get(user, `/api/admin/mcp/accounts/${account.id}/credit-history?format=csv`).expect(403);
  });

  it('of a long ledger has every entry once', async () => {
    const { user, account } = await rest.newAccount();
    await rest.database.dataSource.query(
      `INSERT INTO mcp.user_credit_transactions (user_account_id, transaction_type, amount, balance_before, balance_after,
         allocation_amount, purchased_amount, created_by, created_at)
       SELECT $1, 'grant', 1, 0, 1, 0, 1, 'test', now() FROM generate_series(1, 4500)`,
      [account.id],
    );
    const ids = (await ndjson(user, '/api/mcp/credit-history?format=ndjson')).map(({ id }) => Number(id));
    expect([ids.length, new Set(ids).size, ids]).toEqual([4_501, 4_501, [...ids].sort((a, b) => b - a)]);
  });

  it('is not made for a question about its head', async () => {
    const { headers, text } = await rest
      .http()
      .head('/api/mcp-usage/history?format=csv')
      .set('Authorization', rest.bearer(admin));
    expect([headers['content-type'], text]).toEqual([expect.stringContaining('text/csv'), undefined]);
  });
});
