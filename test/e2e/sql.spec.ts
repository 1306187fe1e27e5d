import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { startClickHouseServer } from '../support/databases/test-clickhouse.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const TIMEOUT_MS = 120_000;
jest.setTimeout(TIMEOUT_MS);

let gateway: GatewayProcess;
let env: Record<string, string>;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  env = { GATEWAY_DATA_DIR: gateway.dataDir };
  await gateway.call('greet', { name: 'Ada' });
});
afterAll(() => gateway.destroy());

const sql = (args: string[], options: object = {}) => tallygate(['sql', ...args], { env, ...options });
const CALLS = 'SELECT tool_name, count() AS calls FROM mcp_tool_usage_log GROUP BY tool_name';

describe('tallygate sql', () => {
  it('prints a table of what the usage log has, while the gateway runs', async () => {
    await eventually(async () => expect((await sql([CALLS])).stdout).toBe('tool_name  calls\ngreet          1\n'));
  });

  it('takes the statement from stdin, and prints in any format', async () => {
    const csv = await sql(['--format', 'CSVWithNames'], { stdin: `${CALLS}; -- all of them\n`.replace('; --', ' --') });
    expect(csv).toEqual({ code: 0, stdout: '"tool_name","calls"\n"greet",1\n', stderr: '' });
    expect((await sql([`${CALLS} FORMAT JSONEachRow`])).stdout).toBe('{"tool_name":"greet","calls":1}\n');
    expect(JSON.parse((await sql(['--json', CALLS])).stdout)).toEqual([{ tool_name: 'greet', calls: 1 }]);
  });

  it.each([
    'INSERT INTO dataset_imports VALUES (1)',
    'DROP TABLE mcp_tool_usage_log',
    'TRUNCATE TABLE mcp_tool_usage_log',
    'ALTER TABLE mcp_tool_usage_log DELETE WHERE 1',
    'CREATE TABLE t (x Int8) ENGINE = Memory',
    'OPTIMIZE TABLE mcp_tool_usage_log',
    'SYSTEM STOP MERGES',
    'KILL QUERY WHERE 1',
    'USE system',
    'SET readonly = 0',
    'SELECT 1 SETTINGS readonly = 0',
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT file('/etc/passwd')",
    "SELECT /* */ `file`('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
    "SELECT * FROM remote('127.0.0.1:9000', system.one)",
    "INSERT INTO FUNCTION file('/tmp/tallygate-sql.csv', 'CSV', 'a Int8') VALUES (1)",
    "SELECT 1 INTO OUTFILE '/tmp/tallygate-sql.csv'",
    "SELECT * FROM sqlite('/tmp/tallygate-sql.db', 't')",
  ])('only reads: %s', async (statement) => {
    const { code, stdout, stderr } = await sql([statement]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Error: This only reads: /);
    expect(['csv', 'db'].map((end) => existsSync(`/tmp/tallygate-sql.${end}`))).toEqual([false, false]);
  });

  it('runs one statement, not two', async () => {
    expect((await sql(['SELECT 1; DROP TABLE mcp_tool_usage_log'])).stderr).toContain('Multi-statements are not allowed');
  });

  it('is bounded, and says by what', async () => {
    const rows = await sql(['--max-rows', '10', 'SELECT number FROM numbers(11)']);
    expect(rows.stderr).toBe('Error: The answer has more than 10 rows, or 256 MiB. Add a LIMIT, or raise --max-rows.\n');
    const time = await sql(['--timeout', '1', 'SELECT count() FROM numbers(1000000000000)']);
    expect(time.stderr).toBe('Error: Not answered within 1 s. Ask for less, or raise --timeout.\n');
    expect((await sql(['SELECT 1'])).code).toBe(0);
  });

  it('leaves nothing behind for the next statement, or for the gateway', async () => {
    expect((await sql(["SELECT currentDatabase() AS d, getSetting('readonly') AS r"])).stdout).toContain('default  1');
    expect((await gateway.rest('GET', '/health')).json.clickhouse).toBe('connected');
  });

  it('says what is wrong: no statement, no such column, no data', async () => {
    expect(await sql([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Give a statement') });
    expect(await sql(['SELECT nope'])).toMatchObject({ code: 1, stderr: expect.stringContaining('UNKNOWN_IDENTIFIER') });
    const empty = { env: { GATEWAY_DATA_DIR: join(temporaryFolder('sql'), 'none') } };
    expect(await sql(['SELECT 1'], empty)).toMatchObject({ code: 3, stderr: expect.stringContaining('There is no data in') });
  });

  it('asks the data of a gateway that has stopped, too, and the server of GATEWAY_CLICKHOUSE_URL', async () => {
    await gateway.end();
    expect((await sql([CALLS])).stdout).toContain('greet');
    const server = await startClickHouseServer();
    const there = { env: { GATEWAY_CLICKHOUSE_URL: server.url } };
    expect((await sql(['SELECT 42 AS x'], there)).stdout).toBe(' x\n42\n');
    expect((await sql(['CREATE TABLE t (x Int8) ENGINE = Memory'], there)).stderr).toContain('This only reads');
    await server.stop();
    expect((await sql(['SELECT 1'], there)).code).toBe(3);
  });
});
