import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tallygate, type CliOptions } from '../support/gateway/cli-process.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Some tests run several processes, one after the other. */
const TIMEOUT_MS = 60_000;
jest.setTimeout(TIMEOUT_MS);

const home = temporaryFolder('cli');
let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  rmSync(home, { recursive: true });
});

/** On the MCP address with the default key. */
const onMcp = (...args: string[]) => tallygate([...args, '--url', gateway.mcpUrl, '--api-key', gateway.apiKey]);
/** On the REST address, with a home of its own. */
const onRest = (args: string[], options: CliOptions = {}) =>
  tallygate(args, { ...options, env: { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: home, ...options.env } });
const jsonOf = async (args: string[]) => {
  const { code, stdout, stderr } = await onRest([...args, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};

/** Source 001's words, and then why. */
const REFUSED = 'Error: Unauthorized: Invalid or missing API Key.';
const UNKNOWN_KEY = new RegExp(`^${REFUSED} Invalid or expired API key: there is no such key here\\. .*\\n$`);

describe('tallygate call', () => {
  it('answers as in source 001', async () => {
    expect(await onMcp('call', 'greet', 'name=Alice')).toEqual({ code: 0, stdout: 'Hello, Alice!\n', stderr: '' });
  });

  it('counts as one request against the limit, with a value that may be a text or a number as two', async () => {
    const env = { XDG_CONFIG_HOME: join(home, 'limited') };
    await onRest(['login', 'admin@localhost'], { stdin: gateway.adminPassword, env });
    const keyFor = async (limit: string) => (await onRest(['keys', 'create', '--rate-limit', limit], { env })).stdout.trim();
    const [one, two] = [await keyFor('1'), await keyFor('2')];
    const call = (key: string, ...args: string[]) => onRest(['call', ...args, '--api-key', key]);
    expect((await call(one, 'greet', 'name=Ada')).stdout).toBe('Hello, Ada!\n');
    expect(await call(one, 'greet', 'name=Ada')).toMatchObject({ code: 1, stderr: expect.stringMatching(/rate limit/i) });
    expect((await call(two, 'add', 'a=1', 'b=2')).stdout).toBe('3\n');
    expect((await call(two, 'greet', 'name=Ada')).code).toBe(1);
  });

  it('takes one address for all commands, of either port and on any ports', async () => {
    const env = { XDG_CONFIG_HOME: join(home, 'one-address') };
    const mcp = new URL(gateway.mcpUrl);
    for (const url of [gateway.restUrl, gateway.mcpUrl, mcp.origin, `${gateway.restUrl}/mcp`]) {
      const login = await tallygate(['login', 'admin@localhost', '--url', url], { stdin: gateway.adminPassword, env });
      expect(login.stdout).toContain(`Logged in at ${gateway.restUrl} as`);
      expect((await tallygate(['keys', 'list', '--url', url], { env })).code).toBe(0);
      const args = ['call', 'greet', 'name=Ada', '--url', url, '--api-key', gateway.apiKey];
      expect((await tallygate(args, { env })).stdout).toBe('Hello, Ada!\n');
      const { stdout } = await tallygate(['config', 'client', 'cursor', '--url', url]);
      expect(JSON.parse(stdout).mcpServers.tallygate.url).toMatch(new RegExp(`^${mcp.origin}/(messages|mcp)$`));
    }
  });

  it('takes address and key from the environment, and arguments as JSON', async () => {
    const env = { TALLYGATE_URL: gateway.mcpUrl, TALLYGATE_API_KEY: gateway.apiKey };
    const added = await tallygate(['call', 'add', '--args', '{"a":1,"b":2}'], { env });
    expect(added).toEqual({ code: 0, stdout: '3\n', stderr: '' });
    expect((await tallygate(['call', 'add', 'a=1', 'b=2'], { env })).stdout).toBe('3\n');
  });

  it('gives a program the whole result', async () => {
    const { stdout } = await onMcp(
      'call',
      'get_daily_bars',
      'symbol=^GSPC',
      'start_date=2008-10-13',
      'end_date=2008-10-13',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      structuredContent: { bars: [{ date: '2008-10-13' }] },
      _meta: { 'tallygate/usage': { record_count: 1, table_name: 'daily_bars' } },
    });
  });

  it.each([['sk-wrong'], ['sk-Pvzth5orYU5XqPocgWG8xW8U1999QU8fEp8yTAcHitgB2W90Er']])('refuses the key %s', async (key) => {
    const refused = await tallygate(['call', 'greet', '--api-key', key, '--url', gateway.mcpUrl, 'name=Alice']);
    expect(refused).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(UNKNOWN_KEY) });
  });

  it('says for a call without a key where to give it', async () => {
    const refused = await tallygate(['call', 'greet', '--url', gateway.mcpUrl, 'name=Alice']);
    expect(refused).toEqual({ code: 1, stdout: '', stderr: `${REFUSED} Give it with --api-key or in TALLYGATE_API_KEY.\n` });
  });

  it('says which address refuses the connection, and what to check', async () => {
    const url = `http://127.0.0.1:${await closedPort()}/messages`;
    const { code, stdout, stderr } = await tallygate(['call', 'greet', '--url', url, 'name=Alice']);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`Error: Cannot reach ${url} (ECONNREFUSED). Check that the gateway runs`);
  });

  it('ends with 4 for what the tool says, 1 for a tool that is not there', async () => {
    const wrong = await onMcp('call', 'add', 'a=one', 'b=2');
    expect([wrong.code, wrong.stdout]).toEqual([4, '']);
    expect(wrong.stderr).toContain('Invalid arguments for add');
    expect(await onMcp('call', 'nope')).toEqual({ code: 1, stdout: '', stderr: 'Error: Unknown tool: nope\n' });
  });

  it.each([
    [['call'], "missing required argument 'tool'"],
    [['call', 'greet', 'Alice'], 'must look like name=Alice'],
    [['call', 'greet', '--args', '[]'], '--args must be a JSON object'],
    [['call', 'greet', 'name=A', '--args', '{}'], 'not both'],
    [['call', 'greet', '--url', 'localhost:8000'], 'is not an http:// or https:// URL'],
    [['call', 'greet', '--colour'], "unknown option '--colour'"],
    [['nonsense'], "unknown command 'nonsense'"],
  ])('%j is a wrong command line', async (args, words) => {
    const { code, stdout, stderr } = await tallygate(args, {
      env: { TALLYGATE_URL: gateway.mcpUrl, TALLYGATE_API_KEY: gateway.apiKey },
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });
});

describe('tallygate tools', () => {
  it('lists what the key may call', async () => {
    const { code, stdout } = await onMcp('tools');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^TOOL +ARGUMENTS +DESCRIPTION\nadd +a, b +Adds two numbers\.\n/);
    const { stdout: json } = await onMcp('tools', '--json');
    expect((JSON.parse(json) as { name: string }[]).map(({ name }) => name)).toContain('greet');
  });
});

describe('tallygate login', () => {
  it('is asked for by the commands that need it', async () => {
    const { code, stdout, stderr } = await onRest(['keys', 'list']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`Run: tallygate login <user> --url ${gateway.restUrl}`);
  });

  it('keeps the token where only its user can read it; a wrong password keeps nothing', async () => {
    const wrong = await onRest(['login', 'admin@localhost'], { stdin: 'not the password\n' });
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
    const { code, stdout } = await onRest(['login', 'admin@localhost'], { stdin: `${gateway.adminPassword}\n` });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Logged in at ${gateway.restUrl} as admin@localhost until`)]);
    expect(stdout).not.toContain('eyJ');
    expect(statSync(join(home, 'tallygate', 'logins.json')).mode & 0o777).toBe(0o600);
  });
});

describe('tallygate usage', () => {
  it('shows calls one by one, and by day as a chart and by tool', async () => {
    await eventually(async () => expect((await jsonOf(['usage', 'history', '--tool', 'greet'])).total).toBeGreaterThan(0));
    const history = await onRest(['usage', 'history', '--page-size', '1']);
    expect(history.stdout).toMatch(/^TIME \(UTC\) +TOOL +TABLE +RECORDS +MS +CREDITS +OUTCOME +KEY +CLIENT\n/);
    expect(history.stdout).toMatch(/Page 1 of \d+, \d+ calls\.\n$/);
    const { stdout } = await onRest(['usage', 'stats', '--days', '2']);
    expect(stdout).toMatch(/^Calls a day\n\d{4}-\d\d-\d\d {2}0\n\d{4}-\d\d-\d\d {2}█{40} \d+\n\nTOOL/);
    expect(stdout).not.toContain('\u001b');
    expect((await jsonOf(['usage', 'stats', '--days', '7'])).daily_stats).toHaveLength(7);
  });

  it('shows calls by key, under its name, and counts those of one key', async () => {
    const { keys } = await jsonOf(['usage', 'keys']);
    const { api_key_id, api_key_name, call_count } = keys[0];
    expect((await onRest(['usage', 'keys'])).stdout).toMatch(new RegExp(`^KEY .*ID\\n${api_key_name} `));
    expect((await jsonOf(['usage', 'stats', '--key', api_key_id])).total_calls).toBe(call_count);
    expect((await jsonOf(['usage', 'history', '--key', api_key_id])).records[0]).toMatchObject({ api_key_name });
  });

  it('writes files: every call, or calls by day and tool', async () => {
    const { total } = await jsonOf(['usage', 'history', '--tool', 'greet']);
    const { code, stdout, stderr } = await onRest(['usage', 'export', '--tool', 'greet']);
    expect([code, stderr, stdout.split('\r\n').length]).toEqual([0, '', total + 2]);
    expect(stdout).toMatch(/^created_at,id,request_id,tool_name,/);
    const lines = (await onRest(['usage', 'export', '--format', 'ndjson', '--tool', 'greet'])).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).tool_name)).toEqual(Array(total).fill('greet'));
    const days = await onRest(['usage', 'export', '--stats', '--days', '2']);
    expect(days.stdout).toMatch(/^date,tool_name,table_name,call_count,.*\r\n\d{4}-\d\d-\d\d,\w+,/);
  });

  it('says that a file broke off, which a program sees by the exit code', async () => {
    const breaking = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nid\r\n\r\n');
        setImmediate(() => socket.destroy());
      });
    }).listen(0, '127.0.0.1');
    await once(breaking, 'listening');
    const env = { TALLYGATE_URL: `http://127.0.0.1:${(breaking.address() as AddressInfo).port}` };
    const { code, stderr } = await onRest(['usage', 'export'], { env });
    breaking.close();
    expect([code, stderr]).toEqual([1, 'Error: The gateway broke off: what was written is not the whole file. Try again.\n']);
  });

  it('says what is wrong with a question', async () => {
    const { code, stderr } = await onRest(['usage', 'stats', '--days', '0']);
    expect([code, stderr]).toEqual([1, 'Error: days: must not be less than 1\n']);
  });

  it.each([
    [['export', '--stats', '--from', '2026-11-01'], '--from'],
    [['export', '--stats', '--to', '2026-11-01'], '--to'],
    [['export', '--stats', '--tool', 'greet'], '--tool'],
    [['export', '--days', '7'], '--days'],
    [['history', '--key', 'default'], 'tallygate keys list'],
    [['stats', '--key', 'default'], 'tallygate keys list'],
  ])('refuses what it would not heed: %j', async (args, words) => {
    expect(await onRest(['usage', ...args])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) });
  });
});

describe('tallygate account', () => {
  it('enables, shows and gives a new key', async () => {
    const before = await onRest(['account', 'show']);
    expect([before.code, before.stdout]).toEqual([1, '']);
    expect(before.stderr).toContain('tallygate account enable');
    const enabled = await jsonOf(['account', 'enable']);
    expect(enabled.mcp_api_key).toMatch(/^mcp_/);
    const shown = await onRest(['account', 'show']);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('Credits balance     50\n')]);
    expect(shown.stdout).toMatch(/\nAccount's key +5000 of 5000 requests left this hour$/m);
    expect((await jsonOf(['account', 'regenerate-key'])).mcp_api_key).not.toBe(enabled.mcp_api_key);
    const history = await onRest(['account', 'history']);
    expect(history.stdout).toMatch(/^TIME \(UTC\) +WHAT +CREDITS +BALANCE +WHY\n.* monthly_refill +50 +50 +Initial free tier/);
    expect((await jsonOf(['account', 'history'])).transactions).toHaveLength(1);
    expect((await onRest(['account', 'export'])).stdout).toMatch(
      /^id,created_at,transaction_type,[^\r]*\r\n\d+,.*,monthly_refill,50,/,
    );
  });
});

describe('tallygate users', () => {
  it('creates one who can log in', async () => {
    const { username, password } = await jsonOf(['users', 'create', 'alice', 'alice@example.com']);
    const otherHome = { XDG_CONFIG_HOME: join(home, 'alice') };
    expect(await onRest(['login', username], { stdin: password, env: otherHome })).toMatchObject({ code: 0 });
    expect(await onRest(['users', 'create', 'bob', 'bob@example.com'], { env: otherHome })).toMatchObject({
      code: 1,
      stdout: '',
    });
  });

  it('lists all by pages, to an admin only', async () => {
    const { stdout } = await onRest(['users', 'list', '--page-size', '1']);
    expect(stdout).toMatch(/^NAME +E-MAIL +ROLE +STATE +CREATED \(UTC\)\nalice +alice@example.com +user +active +\d{4}-/);
    expect(stdout).toMatch(/Page 1 of 2, 2 users\.\n$/);
    const { users, total } = await jsonOf(['users', 'list']);
    expect([total, users.map(({ username }: { username: string }) => username)]).toEqual([2, ['alice', 'admin']]);
    const refused = await onRest(['users', 'list'], { env: { XDG_CONFIG_HOME: join(home, 'alice') } });
    expect([refused.code, refused.stdout]).toEqual([1, '']);
  });
});

/** A port that was just free, so nobody listens there. */
async function closedPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
