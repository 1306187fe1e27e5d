import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { ApiKeyVerifier } from '../../src/api-keys/verification/api-key.verifier.js';
import { CreditLedger } from '../../src/credits/credit-ledger.service.js';
import { AccountsRest, type Enabled } from '../support/gateway/accounts-rest.js';
import { eventually } from '../support/eventually.js';
import { startKeyReplica } from '../support/gateway/key-replica.js';

const KEY = /^mcp_[0-9A-Za-z]{50}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('An MCP account', () => {
  let rest: AccountsRest;
  beforeAll(async () => {
    rest = await AccountsRest.start();
  });
  afterAll(() => rest.stop());

  const rows = <Row>(sql: string, ...values: unknown[]) => rest.database.dataSource.query<Row[]>(sql, values);
  const keysOf = ({ userId }: Principal) =>
    rows<{ id: string; prefix: string; is_active: boolean }>(
      'SELECT * FROM mcp.api_keys WHERE user_id = $1 ORDER BY created_at',
      userId,
    );

  describe('is enabled', () => {
    it('with the first credits, an account and a key shown once, each field as in the source', async () => {
      const user = await rest.newUser();
      await rows("UPDATE mcp.users SET display_name = 'Anna' WHERE id = $1", user.userId);
      const { body, headers } = await rest.post(user, '/api/mcp/enable').expect(200);
      const { mcp_api_key } = body as Enabled;
      expect(mcp_api_key).toMatch(KEY);
      expect(body).toEqual({
        success: true,
        message: "MCP enabled successfully! Store your API key securely - it won't be shown again.",
        mcp_api_key,
        account: {
          id: expect.any(Number),
          user_email: expect.stringMatching(/^user-.*@example\.com$/),
          display_name: 'Anna',
          mcp_key_prefix: mcp_api_key.slice(0, 12),
          credits_balance: 50,
          credits_allocation: 50,
          credits_purchased: 0,
          credits_held: 0,
          credits_debt: 0,
          credits_tier: 'free',
          credits_monthly_allocation: 50,
          is_active: true,
          last_connected_at: null,
          total_tool_calls: 0,
          total_credits_used: 0,
          stripe_subscription_status: null,
          created_at: expect.stringMatching(MOMENT),
        },
      });
      expect(headers['cache-control']).toBe('no-store');
      expect((await rest.get(user, '/api/mcp/account').expect(200)).body).toMatchObject((body as Enabled).account);
    });

    it('with its key told, whatever fails once that is made', async () => {
      const user = await rest.newUser();
      const ledger = rest.app.get(CreditLedger);
      ledger.balance = () => Promise.reject(new Error('PostgreSQL is away'));
      const { body } = await rest.post(user, '/api/mcp/enable').expect(200);
      Reflect.deleteProperty(ledger, 'balance'); // the class's own again
      expect(await rest.verdict((body as Enabled).mcp_api_key)).toBe('ok');
    });

    it('with one row in the ledger, in the words of the source', async () => {
      const { account } = await rest.newAccount();
      expect(await rows('SELECT * FROM mcp.user_credit_transactions WHERE user_account_id = $1', account.id)).toMatchObject([
        {
          transaction_type: 'monthly_refill',
          amount: '50',
          balance_before: '0',
          balance_after: '50',
          reference_type: 'system',
          description: 'Initial free tier allocation',
          created_by: 'system',
        },
      ]);
    });

    it('with a key that calls tools and names the account to charge', async () => {
      const { account, mcp_api_key, user } = await rest.newAccount();
      const answer = await rest.app.get(ApiKeyVerifier).verify(mcp_api_key);
      expect(answer).toMatchObject({ ok: true, principal: { userId: user.userId, accountId: account.id } });
      expect(answer.ok && [...answer.principal.scopes]).toEqual(['tools:call']);
    });

    it('once: the second time is a 400 that says so', async () => {
      const { user } = await rest.newAccount();
      const { body } = await rest.post(user, '/api/mcp/enable').expect(400);
      expect(body).toEqual({
        detail: { code: 'already_enabled', message: 'MCP is already enabled for your account.' },
        error_code: 'BAD_REQUEST',
        request_id: expect.any(String),
      });
      expect(await keysOf(user)).toHaveLength(1);
    });

    it('once by twenty requests at the same time: one 200, nineteen 400, one of everything and no orphan', async () => {
      const user = await rest.newUser();
      const answers = await Promise.all(Array.from({ length: 20 }, () => rest.post(user, '/api/mcp/enable')));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(400)]);
      const { account, mcp_api_key } = answers.find(({ status }) => status === 200)!.body as Enabled;
      expect(await keysOf(user)).toMatchObject([{ prefix: mcp_api_key.slice(0, 12), is_active: true }]);
      expect(await rows('SELECT id::int FROM mcp.user_accounts WHERE user_id = $1', user.userId)).toEqual([{ id: account.id }]);
      expect(await rows('SELECT amount::int FROM mcp.user_credit_transactions WHERE user_account_id = $1', account.id)).toEqual([
        { amount: 50 },
      ]);
      expect(await rest.verdict(mcp_api_key)).toBe('ok');
    });

    it('not at all when its ledger cannot be written: no account and no key are left', async () => {
      const user = await rest.newUser();
      await rows('ALTER TABLE mcp.user_credit_transactions ADD CONSTRAINT broken CHECK (amount <> 50) NOT VALID');
      await rest.post(user, '/api/mcp/enable').expect(500);
      await rows('ALTER TABLE mcp.user_credit_transactions DROP CONSTRAINT broken');
      expect(await keysOf(user)).toEqual([]);
      await rest.get(user, '/api/mcp/account').expect(404);
      await rest.post(user, '/api/mcp/enable').expect(200);
    });
  });

  describe('that is not enabled', () => {
    it.each([
      ['GET', 'account'],
      ['POST', 'regenerate-key'],
      ['GET', 'usage'],
      ['GET', 'usage/summary'],
      ['GET', 'credit-history'],
      ['GET', 'credit-history?format=csv'],
    ] as const)('is a 404 with the code of the source: %s /api/mcp/%s', async (method, path) => {
      const user = await rest.newUser();
      const { status, body } = await (method === 'GET'
        ? rest.get(user, `/api/mcp/${path}`)
        : rest.post(user, `/api/mcp/${path}`));
      expect({ status, body }).toEqual({
        status: 404,
        body: {
          detail: { code: 'mcp_not_enabled', message: expect.stringMatching(/^MCP is not enabled for your account\./) },
          error_code: 'NOT_FOUND',
          request_id: expect.any(String),
        },
      });
      expect(await keysOf(user)).toEqual([]);
    });
  });

  describe('has its key regenerated', () => {
    it('with a new key in the words of the source, and the old one dead at once', async () => {
      const { user, mcp_api_key: old, account } = await rest.newAccount();
      expect(await rest.verdict(old)).toBe('ok');
      const { body, headers } = await rest.post(user, '/api/mcp/regenerate-key').expect(200);
      const { mcp_api_key } = body as { mcp_api_key: string };
      expect(body).toEqual({
        success: true,
        message: "MCP API key regenerated successfully! Store it securely - it won't be shown again.",
        mcp_api_key: expect.stringMatching(KEY),
        mcp_key_prefix: mcp_api_key.slice(0, 12),
      });
      expect(headers['cache-control']).toBe('no-store');
      expect([await rest.verdict(old), await rest.verdict(mcp_api_key)]).toEqual(['revoked', 'ok']);
      const shown = (await rest.get(user, '/api/mcp/account').expect(200)).body;
      expect(shown).toMatchObject({ id: account.id, mcp_key_prefix: mcp_api_key.slice(0, 12), credits_balance: 50 });
    });

    it('on every replica within the revocation bound', async () => {
      const { user, mcp_api_key: old } = await rest.newAccount();
      const replica = await startKeyReplica(rest.database.url);
      await eventually(async () => {
        await replica.verifier.verify(old);
        expect(replica.verifier.recall(old)).toMatchObject({ ok: true });
      });
      await rest.post(user, '/api/mcp/regenerate-key').expect(200);
      await eventually(async () => expect(await replica.verifier.verify(old)).toEqual({ ok: false, reason: 'revoked' }), 2_000);
      await replica.stop();
    });

    it('by ten requests at the same time: exactly one key is valid, and it is the one that is shown', async () => {
      const { user, mcp_api_key: old } = await rest.newAccount();
      const answers = await Promise.all(Array.from({ length: 10 }, () => rest.post(user, '/api/mcp/regenerate-key').expect(200)));
      const tokens = [old, ...answers.map(({ body }) => (body as { mcp_api_key: string }).mcp_api_key)];
      const verdicts = await Promise.all(tokens.map((token) => rest.verdict(token)));
      const valid = tokens.filter((_, index) => verdicts[index] === 'ok');
      expect(valid).toHaveLength(1);
      expect((await keysOf(user)).filter((key) => key.is_active)).toHaveLength(1);
      const { body } = await rest.get(user, '/api/mcp/account');
      expect(body).toMatchObject({ mcp_key_prefix: valid[0]!.slice(0, 12) });
    });

    it('with its other keys left alone, and a rotated one with its overlap ended', async () => {
      const { user, mcp_api_key } = await rest.newAccount();
      const other = (await rest.post(user, '/api/mcp-keys/create').expect(200)).body as { api_key: string };
      const { id } = (await keysOf(user))[0]!;
      const rotated = await rest.post(user, '/api/mcp-keys/rotate', { key_id: id, overlap_seconds: 600 }).expect(200);
      const { api_key } = rotated.body as { api_key: string };
      expect(api_key).toMatch(KEY);
      expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ mcp_key_prefix: api_key.slice(0, 12) });
      expect([await rest.verdict(mcp_api_key), await rest.verdict(api_key)]).toEqual(['ok', 'ok']);
      await rest.post(user, '/api/mcp/regenerate-key').expect(200);
      const verdicts = await Promise.all([mcp_api_key, api_key, other.api_key].map((token) => rest.verdict(token)));
      expect(verdicts).toEqual(['revoked', 'revoked', 'ok']);
    });
  });

  it('says when its key was last used', async () => {
    const { user } = await rest.newAccount();
    await rows("UPDATE mcp.api_keys SET last_used_at = '2026-01-02T03:04:05Z' WHERE user_id = $1", user.userId);
    expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ last_connected_at: '2026-01-02T03:04:05.000Z' });
    await rest.post(user, '/api/mcp/regenerate-key').expect(200);
    expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ last_connected_at: '2026-01-02T03:04:05.000Z' });
  });

  it('counts what its calls were charged, as its ledger does, and its calls, as the summary does: free ones too', async () => {
    const { user, account } = await rest.newAccount();
    for (const charge of [1, 4, 0]) await rest.call(account, user, charge);
    await rest.record({ user_id: user.userId, credits_cost: 0, credits_charged: 0 }, { user_id: (await rest.newUser()).userId });
    await rest.delivered();
    expect((await rest.get(user, '/api/mcp/usage/summary')).body).toMatchObject({ total_calls_this_month: 4 });
    expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({
      credits_balance: 45,
      total_tool_calls: 4,
      total_credits_used: 5,
      last_connected_at: expect.stringMatching(MOMENT),
    });
  });

  it('has its month refilled before it is shown', async () => {
    const { user, account } = await rest.newAccount();
    await rest.call(account, user, 20);
    await rows(
      "UPDATE mcp.user_accounts SET credits_last_refill = credits_last_refill - interval '1 month' WHERE id = $1",
      account.id,
    );
    await rows("UPDATE mcp.credit_periods SET period = period - interval '1 month' WHERE account_id = $1", account.id);
    await rows('ALTER TABLE mcp.user_credit_transactions DISABLE TRIGGER USER');
    await rows(
      "UPDATE mcp.user_credit_transactions SET reference_id = 'x' WHERE user_account_id = $1 AND transaction_type = 'monthly_refill'",
      account.id,
    );
    await rows('ALTER TABLE mcp.user_credit_transactions ENABLE TRIGGER USER');
    expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ credits_balance: 50 });
  });

  it('is its user’s alone', async () => {
    const [anna, bob] = [await rest.newAccount(), await rest.newAccount()];
    expect((await rest.get(bob.user, '/api/mcp/account')).body).toMatchObject({ id: bob.account.id });
    await rest.post(bob.user, '/api/mcp/regenerate-key').expect(200);
    expect([await rest.verdict(anna.mcp_api_key), await rest.verdict(bob.mcp_api_key)]).toEqual(['ok', 'revoked']);
  });

  it('is charged for calls of its user’s login tokens too', async () => {
    const { user, account } = await rest.newAccount();
    expect(await rest.app.get(UsersService).admit({ id: user.userId, role: 'user', isActive: true })).toMatchObject({
      accountId: account.id,
    });
  });

  it.each(['account', 'usage', 'usage/summary', 'credit-history'])(
    'is shown to nobody without a login token: %s',
    async (path) => {
      const { mcp_api_key } = await rest.newAccount();
      const missing = await rest.http().get(`/api/mcp/${path}`).expect(401);
      expect(missing.body).toMatchObject({ detail: 'Missing Authorization header' });
      await rest.http().get(`/api/mcp/${path}`).set('Authorization', `Bearer ${mcp_api_key}`).expect(401);
      await rest.http().get(`/api/mcp/${path}`).set('Authorization', 'Bearer nonsense').expect(401);
    },
  );
});
