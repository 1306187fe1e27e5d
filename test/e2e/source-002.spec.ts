import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

/** Source 002 through the listeners: an account from its first call to its last credit. */
let gateway: GatewayProcess;
let user: string;
let mcpKey: string;
let accountId: number;

beforeAll(async () => {
  gateway = await GatewayProcess.start();
  const person = { username: 'ada', email: 'ada@example.com', password: 'analytical engine' };
  await gateway.rest('POST', '/auth/users', person);
  user = (await gateway.rest('POST', '/api/auth/login', { email: person.email, password: person.password }, null)).json
    .access_token;
}, 60_000);
afterAll(() => gateway.destroy());

const account = async () => (await gateway.rest('GET', '/api/mcp/account', undefined, user)).json;
const integrity = async () => (await gateway.rest('GET', '/api/admin/integrity')).json;

describe('an account', () => {
  it('does not exist before it is enabled', async () => {
    const { status, json } = await gateway.rest('GET', '/api/mcp/account', undefined, user);
    expect([status, json.detail.code]).toEqual([404, 'mcp_not_enabled']);
  });

  it('is enabled once, with a key that is shown once and 50 credits', async () => {
    const racing = await Promise.all(Array.from({ length: 5 }, () => gateway.rest('POST', '/api/mcp/enable', undefined, user)));
    const [won, ...others] = racing.filter(({ status }) => status === 200);
    expect(others).toEqual([]);
    for (const { json } of racing.filter(({ status }) => status !== 200)) expect(json.detail.code).toBe('already_enabled');
    mcpKey = won!.json.mcp_api_key;
    accountId = won!.json.account.id;
    expect(mcpKey).toMatch(/^mcp_[0-9A-Za-z]{50}$/);
    expect(await account()).toMatchObject({
      user_email: 'ada@example.com',
      credits_balance: 50,
      credits_tier: 'free',
      is_active: true,
    });
  });
});

describe('a key with a budget', () => {
  const META = 'io.modelcontextprotocol/';
  const MODERN = '2026-07-28';
  const priced = 'get_latest_trading_day';
  const answers = async (key: string) => {
    const _meta = { [`${META}protocolVersion`]: MODERN, [`${META}clientCapabilities`]: {} };
    const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': priced };
    return [
      await gateway.rest('POST', '/tools/call', { server_id: 'stock-data', tool_name: priced, arguments: {} }, key),
      await gateway.call(priced, {}, key),
      await gateway.mcp('tools/call', { name: priced, arguments: {}, _meta }, key, headers),
    ];
  };
  const saidOf = ([overRest, ...overMcp]: Awaited<ReturnType<typeof answers>>): unknown[] => [
    overRest!.status === 200 ? 'served' : [overRest!.status, overRest!.json.error_code, overRest!.json.detail],
    ...overMcp.map(({ status, json }) =>
      json.result.isError ? [status, json.result.content[0].text] : json.result._meta['tallygate/usage'].credits_charged,
    ),
  ];
  const budgetOf = ({ json }: { json: Record<string, unknown> }) =>
    [json['credit_budget'], json['budget_period'], json['budget_used'], json['budget_resets_at']] as const;
  let holder: string;
  let key: { api_key: string; key_id: string };

  it('is served over REST and MCP of both eras until it is used up, and refused alike then; free calls go on', async () => {
    const person = { username: 'grace', email: 'grace@example.com', password: 'nanoseconds of wire' };
    await gateway.rest('POST', '/auth/users', person);
    const login = await gateway.rest('POST', '/api/auth/login', { email: person.email, password: person.password }, null);
    holder = login.json.access_token;
    await gateway.rest('POST', '/api/mcp/enable', undefined, holder);
    const wish = { key_name: 'agent', credit_budget: 3, budget_period: 'never' };
    key = (await gateway.rest('POST', '/api/mcp-keys/create', wish, holder)).json as typeof key;
    await eventually(async () => expect((await gateway.mcp('tools/list', {}, key.api_key)).status).toBe(200));
    expect(saidOf(await answers(key.api_key))).toEqual(['served', 1, 1]);
    const words =
      'The budget of the API key "agent" is 3 credits in all: need 1, have 0. It does not begin anew; the key\'s owner or an admin can raise it.';
    const refused = [402, 'INSUFFICIENT_CREDITS', words];
    expect(saidOf(await answers(key.api_key))).toEqual([refused, [200, words], [200, words]]);
    expect((await gateway.call('list_datasets', {}, key.api_key)).json.result.isError).toBeUndefined();
    const seen = await gateway.rest('GET', `/api/mcp-keys/${key.key_id}`, undefined, holder);
    expect(budgetOf(seen)).toEqual([3, 'never', 3, null]);
  });

  it('goes on once its owner or an admin has raised it, and its successor has what is left', async () => {
    const edit = (path: string, body: object, token?: string) => gateway.rest('PATCH', `${path}/${key.key_id}`, body, token);
    const raised = await edit('/api/mcp-keys', { credit_budget: 6, budget_period: 'month' }, holder);
    expect(budgetOf(raised)).toEqual([6, 'month', 3, expect.stringMatching(/^\d{4}-\d\d-01T00:00:00\.000Z$/)]);
    expect(saidOf(await answers(key.api_key))).toEqual(['served', 1, 1]);
    expect(budgetOf(await edit('/api/admin/keys', { credit_budget: 9 })).slice(0, 3)).toEqual([9, 'month', 6]);
    expect((await edit('/api/admin/keys', { credit_budget: 9 }, holder)).status).toBe(403);
    const fresh = (await gateway.rest('POST', '/api/mcp-keys/rotate', { key_id: key.key_id }, holder)).json as typeof key;
    expect(saidOf(await answers(fresh.api_key))).toEqual(['served', 1, 1]);
    expect((await answers(fresh.api_key))[0]!.status).toBe(402);
    const { json: all } = await gateway.rest('GET', '/api/admin/keys?search=agent');
    expect(budgetOf({ json: all.keys[0] }).slice(0, 3)).toEqual([9, 'month', 9]);
    key = fresh;
  });

  it('has none once it is taken away, and one that is given later counts from then on', async () => {
    const edit = (body: object) => gateway.rest('PATCH', `/api/mcp-keys/${key.key_id}`, body, holder);
    expect(budgetOf(await edit({ credit_budget: null }))).toEqual([null, null, null, null]);
    expect(saidOf(await answers(key.api_key))).toEqual(['served', 1, 1]);
    expect((await edit({ budget_period: 'day' })).status).toBe(400);
    expect(budgetOf(await edit({ credit_budget: 4 })).slice(0, 3)).toEqual([4, 'month', 0]);
    expect(saidOf(await answers(key.api_key))).toEqual(['served', 1, 1]);
    expect(budgetOf(await edit({ clear: ['credit_budget'] }))).toEqual([null, null, null, null]);
    await eventually(async () => {
      const { json } = await gateway.rest('GET', '/api/admin/mcp/analytics');
      expect(json.refusals.find(({ reason }: { reason: string }) => reason === 'budget')).toMatchObject({ refused: 6 });
    });
  });
});

describe('credits', () => {
  it('are spent by priced calls, not by free ones', async () => {
    await eventually(async () => expect((await gateway.mcp('tools/list', {}, mcpKey)).status).toBe(200));
    const { json: free } = await gateway.call('list_datasets', {}, mcpKey);
    expect(free.result._meta['tallygate/usage']).toMatchObject({ credits_charged: 0 });
    const { json: priced } = await gateway.call('get_latest_trading_day', {}, mcpKey);
    expect(priced.result._meta['tallygate/usage']).toMatchObject({ credits_charged: 1, credits_remaining: 49 });
    expect(await account()).toMatchObject({ credits_balance: 49 });
  });

  it('are charged once for a call that is repeated under one idempotency key', async () => {
    const params = { name: 'get_latest_trading_day', arguments: {}, _meta: { 'tallygate/idempotencyKey': 'retry-1' } };
    const answers = [await gateway.mcp('tools/call', params, mcpKey), await gateway.mcp('tools/call', params, mcpKey)];
    expect(answers.map(({ json }) => json.result._meta['tallygate/usage'].credits_remaining)).toEqual([48, 48]);
    const header = await gateway.mcp('tools/call', { name: 'list_datasets', arguments: {} }, mcpKey, {
      'idempotency-key': 'retry-1',
    });
    expect([header.status, header.json.error.code]).toEqual([409, -32007]);
  });

  it('are not charged for bad arguments, and run out exactly', async () => {
    await gateway.call('get_daily_bars', { symbol: 5 }, mcpKey);
    const results = await Promise.all(Array.from({ length: 60 }, () => gateway.call('get_latest_trading_day', {}, mcpKey)));
    const served = results.filter(({ json }) => !json.result.isError);
    expect(served).toHaveLength(48);
    const refused = results.find(({ json }) => json.result.isError)!;
    expect(refused.json.result.content[0].text).toBe('Insufficient credits: need 1, have 0.');
    expect(await account()).toMatchObject({ credits_balance: 0 });
  });

  it('show in the summary and the history, from the usage log', async () => {
    await eventually(async () => {
      const { json } = await gateway.rest('GET', '/api/mcp/usage/summary', undefined, user);
      expect(json).toMatchObject({
        credits_balance: 0,
        credits_used_today: 50,
        credits_used_this_month: 50,
        total_calls_today: 52,
      });
    });
    const { json } = await gateway.rest('GET', '/api/mcp/usage?days=1&success_only=true&limit=5', undefined, user);
    expect(json).toMatchObject({ total_calls: 51, period_days: 1 });
    expect(json.tool_calls).toHaveLength(5);
  });

  it('are granted by an admin with a reason', async () => {
    const { status } = await gateway.rest('POST', `/api/admin/mcp/accounts/${accountId}/add-credits`, {
      amount: 7,
      reason: 'sorry',
    });
    expect(status).toBeLessThan(300);
    expect(await account()).toMatchObject({ credits_balance: 7 });
    const refused = await gateway.rest(
      'POST',
      `/api/admin/mcp/accounts/${accountId}/add-credits`,
      { amount: 7, reason: 'me' },
      user,
    );
    expect(refused.status).toBe(403);
  });

  it('agree with every book', async () => {
    await eventually(async () => expect(JSON.stringify(await integrity())).not.toMatch(/"difference\w*":-?[1-9]/));
  });
});

describe('the key of an account', () => {
  it('is refused everywhere once it is regenerated', async () => {
    const old = mcpKey;
    const { json } = await gateway.rest('POST', '/api/mcp/regenerate-key', undefined, user);
    mcpKey = json.mcp_api_key;
    await eventually(async () => expect((await gateway.mcp('tools/list', {}, old)).status).toBe(401), 2_000);
    expect((await gateway.mcp('tools/list', {}, mcpKey)).status).toBe(200);
  });

  it('stops when the account is switched off, and works again when it is switched on', async () => {
    await gateway.rest('PUT', `/api/admin/mcp/accounts/${accountId}/active`, { is_active: false });
    await eventually(async () => expect((await gateway.mcp('tools/list', {}, mcpKey)).status).toBe(401), 2_000);
    await gateway.rest('PUT', `/api/admin/mcp/accounts/${accountId}/active`, { is_active: true });
    await eventually(async () => expect((await gateway.mcp('tools/list', {}, mcpKey)).status).toBe(200), 2_000);
  });
});
