import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rmSync } from 'node:fs';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(60_000);

const home = temporaryFolder('cli-keys');
let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  await run(['login', 'admin@localhost'], `${gateway.adminPassword}\n`);
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  rmSync(home, { recursive: true });
});

const run = (args: string[], stdin = '') =>
  tallygate(args, { stdin, env: { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: home } });
const textOf = async (args: string[]) => {
  const { code, stdout, stderr } = await run(args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};
const jsonOf = async (args: string[]) => JSON.parse(await textOf([...args, '--json']));
const exitOfCall = async (apiKey: string) =>
  (await tallygate(['call', 'greet', 'name=A', '--api-key', apiKey, '--url', gateway.mcpUrl])).code;

describe('tallygate keys', () => {
  it('creates a key and lists it, without the key itself', async () => {
    const { api_key, key_id } = await jsonOf(['keys', 'create', 'my-key', '--days', '90', '--tool', 'greet']);
    expect(api_key).toMatch(/^sk-/);
    const tools = await tallygate(['tools', '--json', '--api-key', api_key, '--url', gateway.mcpUrl]);
    expect(JSON.parse(tools.stdout)).toHaveLength(1);
    const listed = await textOf(['keys', 'list']);
    expect(listed).toMatch(/^ID +NAME +KEY +STATE +SCOPES +LAST USED \(UTC\) +EXPIRES \(UTC\) +BUDGET\n/);
    expect(listed).toMatch(/ my-key .* active +tools:call +/);
    expect(listed).not.toContain(api_key);
    expect((await jsonOf(['keys', 'list', '--search', 'MY-K'])).map(({ id }: { id: string }) => id)).toEqual([key_id]);
  });

  it('gives a script the key alone', async () => {
    const { stdout, stderr } = await run(['keys', 'create', 'for-a-script', '--permission', 'tools:call', 'gateway:read']);
    expect(stdout).toMatch(/^sk-[0-9A-Za-z]+\n$/);
    expect(stderr).toMatch(/^Store it now: .*for-a-script/);
    expect(await textOf(['keys', 'list'])).toMatch(/ for-a-script .* active +(gateway:read tools:call|tools:call gateway:read) /);
  });

  it("brings in a secret of one's own, and refuses a weak one", async () => {
    const secret = 'Vq7-old-server-3fJx9wPd2LmZ8rTk';
    expect((await run(['keys', 'create', 'old-server', '--own'], `${secret}\n`)).code).toBe(0);
    expect(await exitOfCall(secret)).toBe(0);
    const weak = await run(['keys', 'create', 'weak', '--own'], 'secret\n');
    expect([weak.code, weak.stderr]).toEqual([1, expect.stringContaining('secret')]);
  });

  it('gives a key a budget, shows it, and takes it away', async () => {
    const { key_id } = await jsonOf(['keys', 'create', 'thrifty', '--budget', '500', '--budget-period', 'week']);
    expect(await textOf(['keys', 'list', '--search', 'thrifty'])).toMatch(/ 0 of 500 credits this week\n$/);
    expect(await jsonOf(['keys', 'edit', key_id, '--budget', '50'])).toMatchObject({ credit_budget: 50, budget_period: 'week' });
    expect(await textOf(['keys', 'show', key_id])).toMatch(
      /\nBudget {12}0 of 50 credits this week\nBegins anew \(UTC\) \d{4}-\d\d-\d\d 00:00:00\n/,
    );
    const cleared = await jsonOf(['keys', 'edit', key_id, '--clear', 'credit_budget']);
    expect(cleared).toMatchObject({ credit_budget: null, budget_used: null });
    const refused = await run(['keys', 'edit', key_id, '--budget-period', 'year']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('budget_period')]);
  });

  it('shows a key, and changes its name and its bounds', async () => {
    const { key_id } = await jsonOf(['keys', 'create', 'before', '--days', '90', '--tool', 'greet']);
    const changes = ['--name', 'after', '--rate-limit', '7', '--clear', 'expires_at'];
    const changed = { key_name: 'after', rate_limit_per_hour: 7, expires_at: null, allowed_tools: ['greet'] };
    expect(await jsonOf(['keys', 'edit', key_id, ...changes])).toMatchObject(changed);
    expect((await textOf(['keys', 'show', key_id])).split('\n')).toEqual([
      'Name              after',
      expect.stringMatching(/^Key +sk-\w+…$/),
      'State             active',
      'May               tools:call',
      'Tools             greet',
      'Requests an hour  7',
      'Left this hour    7',
      expect.stringMatching(/^Created \(UTC\) +\d{4}-\d\d-\d\d /),
      'Expires (UTC)     never',
      'Last used (UTC)   never',
      '',
    ]);
    const beyond = await run(['keys', 'edit', key_id, '--permission', 'nonsense']);
    expect([beyond.code, beyond.stderr]).toEqual([1, expect.stringContaining('permissions')]);
  });

  it('rotates and revokes, and says how a key ended', async () => {
    const first = await jsonOf(['keys', 'create']);
    const second = await jsonOf(['keys', 'rotate', first.key_id]);
    expect(await exitOfCall(first.api_key)).toBe(1);
    expect(await textOf(['keys', 'show', first.key_id])).toContain(`Replaced by       ${second.key_id}\n`);
    await textOf(['keys', 'revoke', second.key_id]);
    expect(await textOf(['keys', 'show', second.key_id])).toMatch(/State +inactive\n(.*\n)+Revoked \(UTC\) +\d{4}/);
    const nothing = await run(['keys', 'revoke', 'not-an-id']);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('tallygate keys list')]);
    expect((await jsonOf(['keys', 'list', '--all'])).length).toBeGreaterThan((await jsonOf(['keys', 'list'])).length);
  });
});
