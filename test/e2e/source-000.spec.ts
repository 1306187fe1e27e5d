import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

/** Source 000, "Verification Checklist": one test a line, in its order and its words; and every command of the document. */
let gateway: GatewayProcess;
let jwt: string;
let created: Record<string, string>;

beforeAll(async () => {
  gateway = await GatewayProcess.start();
}, 60_000);
afterAll(() => gateway.destroy());

/** Runs a command of the document in a shell, with host, mail and password filled in. */
async function shell(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', command]);
  return stdout;
}

const rest = () => gateway.restUrl;
const mcp = () => gateway.mcpUrl;

describe('the verification checklist', () => {
  it('API key created and full key returned (shown only once)', async () => {
    jwt = (
      await shell(
        `curl -s -X POST ${rest()}/api/auth/login -H "Content-Type: application/json" ` +
          `-d '{"email":"admin@localhost","password":"${gateway.adminPassword}"}' ` +
          `| python3 -c "import sys,json; print(json.load(sys.stdin)['access_token'])"`,
      )
    ).trim();
    created = JSON.parse(
      await shell(
        `curl -s -X POST ${rest()}/api/mcp-keys/create -H "Authorization: Bearer ${jwt}" -H "Content-Type: application/json" ` +
          `-d '{"key_name": "my-cursor-key", "expires_days": 90}'`,
      ),
    ) as Record<string, string>;
    expect(created).toMatchObject({ success: true, key_name: 'my-cursor-key' });
    expect(created['api_key']).toMatch(/^sk-[0-9A-Za-z]{50}$/);
    const lifetimeDays = (Date.parse(created['expires_at']!) - Date.parse(created['created_at']!)) / 86_400_000;
    expect(lifetimeDays).toBeCloseTo(90, 3);
    expect(await shell(`curl -s ${rest()}/api/mcp-keys/list -H "Authorization: Bearer ${jwt}"`)).not.toContain(
      created['api_key'],
    );
  });

  it('tools/list returns 401 without API key', async () => {
    const answer = await gateway.mcp('tools/list', {}, null);
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ jsonrpc: '2.0', id: 1, error: { code: -32001 } });
    expect(answer.json.error.message).toMatch(/^API key required\. Send an API key as/);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="tallygate", error_description="API key required\./);
  });

  it('tools/list returns tool list with valid API key', async () => {
    const output = await shell(
      `curl -s -X POST ${mcp()} -H "Content-Type: application/json" -H "Authorization: Bearer ${created['api_key']}" ` +
        `-d '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'`,
    );
    const { result } = JSON.parse(output) as { result: { tools: { name: string; inputSchema: object }[] } };
    expect(result.tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['list_datasets', 'get_daily_bars', 'search_symbols']),
    );
  });

  it('tools/call records usage in mcp_tool_usage_log table', async () => {
    const { json } = await gateway.call(
      'get_daily_bars',
      { symbol: '^GSPC', start_date: '2008-09-15', end_date: '2008-09-19' },
      created['api_key'],
    );
    expect(json.result.isError).toBeUndefined();
    expect(json.result._meta['tallygate/usage']).toMatchObject({ record_count: 5, table_name: 'daily_bars' });
    await eventually(async () => {
      const { json: history } = await gateway.rest('GET', '/api/mcp-usage/history?page=1&page_size=20', undefined, jwt);
      expect(history.records[0]).toMatchObject({
        tool_name: 'get_daily_bars',
        table_name: 'daily_bars',
        record_count: 5,
        api_key_id: created['key_id'],
      });
    });
  });

  it('Revoked key returns 401 on subsequent calls', async () => {
    const revoked = await shell(
      `curl -s -X POST ${rest()}/api/mcp-keys/revoke -H "Authorization: Bearer ${jwt}" -H "Content-Type: application/json" ` +
        `-d '{"key_id": "${created['key_id']}"}'`,
    );
    expect(JSON.parse(revoked)).toMatchObject({ success: true });
    const answer = await eventually(async () => {
      const refused = await gateway.mcp('tools/list', {}, created['api_key']);
      expect(refused.status).toBe(401);
      return refused;
    }, 2_000);
    expect(answer.json.error.code).toBe(-32001);
    expect(answer.json.error.message).toMatch(/^Invalid or expired API key: it was revoked/);
  });

  it('Usage history API returns correct data', async () => {
    await gateway.call('get_daily_bars', { symbol: '^GSPC', start_date: '2008-09-19', end_date: '2008-09-15' });
    const records = await eventually(async () => {
      const output = await shell(
        `curl -s "${rest()}/api/mcp-usage/history?page=1&page_size=20" -H "Authorization: Bearer ${jwt}"`,
      );
      const history = JSON.parse(output) as {
        records: Record<string, unknown>[];
        total: number;
        page: number;
        page_size: number;
      };
      expect(history).toMatchObject({ total: 2, page: 1, page_size: 20 });
      return history.records;
    });
    expect(records[0]).toMatchObject({
      tool_name: 'get_daily_bars',
      is_error: true,
      record_count: 0,
      error_code: 'INVALID_ARGUMENTS',
    });
    expect(records[1]).toMatchObject({
      tool_name: 'get_daily_bars',
      is_error: false,
      record_count: 5,
      arguments: { symbol: '^GSPC' },
    });
  });

  it('Usage stats show daily call counts and top tools', async () => {
    const stats = JSON.parse(
      await shell(`curl -s "${rest()}/api/mcp-usage/stats?days=30" -H "Authorization: Bearer ${jwt}"`),
    ) as {
      daily_stats: { date: string; call_count: number; total_records: number }[];
      total_calls: number;
    };
    expect(stats).toMatchObject({
      total_calls: 2,
      total_records: 5,
      avg_daily_calls: 2 / 30,
      top_tools: [{ tool_name: 'get_daily_bars', table_name: 'daily_bars', call_count: 2, total_records: 5 }],
    });
    expect(stats.daily_stats).toHaveLength(30);
    expect(stats.daily_stats.reduce((sum, day) => sum + day.call_count, 0)).toBe(2);
  });
});

describe('troubleshooting', () => {
  it('initialize does not require auth; tools/list and tools/call do', async () => {
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    expect((await gateway.mcp('initialize', params, null)).json.result).toMatchObject({
      protocolVersion: '2025-06-18',
      serverInfo: { name: 'tallygate' },
    });
    for (const method of ['tools/list', 'tools/call']) expect((await gateway.mcp(method, {}, null)).status).toBe(401);
  });

  it('an expired key is refused like a revoked one', async () => {
    const expiresAt = new Date(Date.now() + 1_000).toISOString();
    const { json } = await gateway.rest('POST', '/auth/api-keys', {
      name: 'short',
      permissions: ['tools:call'],
      expires_at: expiresAt,
    });
    const key = (json.api_key ?? json.key) as string;
    await eventually(async () => {
      expect((await gateway.mcp('tools/list', {}, key)).json.error?.message).toMatch(
        /^Invalid or expired API key: it has expired/,
      );
    });
  });
});
