import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';
import { eventually } from '../support/eventually.js';
import { startKeyReplica } from '../support/gateway/key-replica.js';

const ACCOUNTS = '/api/admin/mcp/accounts';

describe('An operator', () => {
  let rest: AccountsRest;
  let admin: Principal;
  let adminEmail: string;
  beforeAll(async () => {
    rest = await AccountsRest.start();
    admin = await rest.newUser('admin');
    adminEmail = ((await rest.get(admin, '/api/auth/me')).body as { email: string }).email;
    await rest.delivers();
  });
  afterAll(() => rest.stop());

  const historyOf = async (id: number, query = '') =>
    (await rest.get(admin, `${ACCOUNTS}/${id}/credit-history${query}`).expect(200)).body as {
      transactions: Record<string, unknown>[];
      changes: Record<string, unknown>[];
      total: number;
    };

  describe('alone', () => {
    const READS = [
      ACCOUNTS,
      '/api/admin/mcp/analytics',
      '/api/admin/mcp/tool-usage',
      `${ACCOUNTS}/1/credit-history`,
      `${ACCOUNTS}/1/tool-calls`,
      '/api/admin/integrity',
    ];

    it.each(READS)('may read %s', async (path) => {
      const user = await rest.newUser();
      const { body } = await rest.get(user, path).expect(403);
      expect(body).toMatchObject({ error_code: 'INSUFFICIENT_PERMISSIONS', required_permissions: ['admin'] });
      await rest.http().get(path).expect(401);
    });

    it.each([
      ['post', 'add-credits', { amount: 1_000, reason: 'me' }],
      ['put', 'tier', { tier: 'enterprise' }],
      ['put', 'active', { is_active: true }],
      ['delete', 'flags', {}],
    ] as const)('may %s %s, not even an account’s owner', async (method, path, body) => {
      const { user, account } = await rest.newAccount();
      await rest[method](user, `${ACCOUNTS}/${account.id}/${path}`, body).expect(403);
      expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ credits_balance: 50, credits_tier: 'free' });
    });
  });

  describe('adds credits', () => {
    it('with a reason, and the ledger says who did it', async () => {
      const { user, account } = await rest.newAccount();
      const answer = await rest
        .post(admin, `${ACCOUNTS}/${account.id}/add-credits`, { amount: 100, reason: ' sorry ' })
        .expect(200);
      expect(answer.body).toEqual({
        success: true,
        message: 'Credits added',
        booked: true,
        credits_balance: 150,
        credits_available: 150,
        credits_debt: 0,
      });
      expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ credits_balance: 150 });
      const { transactions, total } = await historyOf(account.id);
      expect(total).toBe(2);
      expect(transactions[0]).toEqual({
        id: expect.any(Number),
        transaction_type: 'grant',
        amount: 100,
        balance_before: 50,
        balance_after: 150,
        debt_amount: 0,
        reference_type: null,
        reference_id: null,
        description: 'sorry',
        created_by: adminEmail,
        created_at: expect.any(String),
      });
    });

    it('once for a reference, however often it is sent', async () => {
      const { account } = await rest.newAccount();
      const body = { amount: 10, reason: 'ticket', reference: `T-${account.id}` };
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => rest.post(admin, `${ACCOUNTS}/${account.id}/add-credits`, body).expect(200)),
      );
      expect(answers.map((answer) => (answer.body as { booked: boolean }).booked).filter(Boolean)).toHaveLength(1);
      expect((await historyOf(account.id)).transactions[0]).toMatchObject({
        amount: 10,
        balance_after: 60,
        reference_id: body.reference,
      });
    });

    it('for a reference of each account, and never with another amount', async () => {
      const [one, other] = [await rest.newAccount(), await rest.newAccount()];
      const add = (id: number, amount: number) =>
        rest.post(admin, `${ACCOUNTS}/${id}/add-credits`, { amount, reason: 'ticket', reference: 'T-1' });
      expect((await add(one.account.id, 10).expect(200)).body).toMatchObject({ booked: true, credits_balance: 60 });
      expect((await add(other.account.id, 10).expect(200)).body).toMatchObject({ booked: true, credits_balance: 60 });
      expect((await add(one.account.id, 10).expect(200)).body).toMatchObject({ booked: false, credits_balance: 60 });
      const refused = (await add(one.account.id, 11).expect(409)).body as { detail: string };
      expect(refused).toMatchObject({ error_code: 'CONFLICT', detail: expect.stringContaining('"T-1" was booked before') });
      expect((await historyOf(one.account.id)).transactions[0]).toMatchObject({ reference_type: 'admin', reference_id: 'T-1' });
      expect((await historyOf(one.account.id)).total).toBe(2);
    });

    it('once for a reference that was booked before references were each account’s own', async () => {
      const { account } = await rest.newAccount();
      await rest.database.dataSource.query(
        `SELECT mcp.post_credits($1, 'grant', 0, 10, 'admin', 'T-old', 'ticket', 'somebody')`,
        [account.id],
      );
      const add = (amount: number) =>
        rest.post(admin, `${ACCOUNTS}/${account.id}/add-credits`, { amount, reason: 'ticket', reference: 'T-old' });
      expect((await add(10).expect(200)).body).toMatchObject({ booked: false, credits_balance: 60 });
      await add(20).expect(409);
      expect((await historyOf(account.id)).transactions[0]).toMatchObject({ reference_id: 'T-old' });
    });

    it('or takes them back, as far as there are any', async () => {
      const { account } = await rest.newAccount();
      const add = (amount: number) => rest.post(admin, `${ACCOUNTS}/${account.id}/add-credits`, { amount, reason: 'correction' });
      expect((await add(-20).expect(200)).body).toMatchObject({ credits_balance: 30 });
      expect((await add(-31).expect(409)).body).toMatchObject({ error_code: 'CONFLICT' });
      expect((await historyOf(account.id)).total).toBe(2);
    });

    it.each([
      [{ amount: 0, reason: 'x' }, 'amount'],
      [{ amount: 1.5, reason: 'x' }, 'amount'],
      [{ amount: '10', reason: 'x' }, 'amount'],
      [{ amount: 1e12, reason: 'x' }, 'amount'],
      [{ amount: 10 }, 'reason'],
      [{ amount: 10, reason: '  ' }, 'reason'],
      [{ amount: 10, reason: 'a\u001b[31m' }, 'reason'],
      [{ amount: 10, reason: 'x', by: 'someone else' }, 'by'],
    ])('never by %j', async (body, field) => {
      const { account } = await rest.newAccount();
      const answer = await rest.post(admin, `${ACCOUNTS}/${account.id}/add-credits`, body).expect(422);
      expect(answer.body).toMatchObject({ detail: [{ loc: ['body', field] }] });
      expect((await historyOf(account.id)).total).toBe(1);
    });
  });

  describe('changes a tier', () => {
    it('up: at once, with the difference; down: from next month; who did it stays known', async () => {
      const { user, account } = await rest.newAccount();
      const tier = (name: string) => rest.put(admin, `${ACCOUNTS}/${account.id}/tier`, { tier: name }).expect(200);
      expect((await tier('pro')).body).toMatchObject({
        id: account.id,
        credits_tier: 'pro',
        credits_balance: 500,
        credits_monthly_allocation: 500,
      });
      expect((await tier('free')).body).toMatchObject({
        credits_tier: 'free',
        credits_balance: 500,
        credits_monthly_allocation: 50,
      });
      expect((await rest.get(user, '/api/mcp/account')).body).toMatchObject({ credits_tier: 'free', credits_balance: 500 });
      const { transactions, changes } = await historyOf(account.id);
      expect(transactions[0]).toMatchObject({ transaction_type: 'tier_change', amount: 450, created_by: adminEmail });
      const change = { kind: 'tier', changed_by: adminEmail, created_at: expect.any(String) };
      expect(changes).toEqual([
        { ...change, before: 'pro', after: 'free' },
        { ...change, before: 'free', after: 'pro' },
      ]);
    });

    it.each(['gold', 'constructor', "free'"])('not to one that is not configured: %s', async (tier) => {
      const { account } = await rest.newAccount();
      const { body } = await rest.put(admin, `${ACCOUNTS}/${account.id}/tier`, { tier }).expect(400);
      expect(body).toMatchObject({ error_code: 'INVALID_INPUT', detail: expect.stringContaining('free, pro, enterprise') });
    });
  });

  describe('switches an account off', () => {
    it('and every key of its user stops, on every replica, until it is on again', async () => {
      const { user, account, mcp_api_key } = await rest.newAccount();
      const other = ((await rest.post(user, '/api/mcp-keys/create').expect(200)).body as { api_key: string }).api_key;
      const bystander = await rest.newAccount();
      const replica = await startKeyReplica(rest.database.url);
      const tokens = [mcp_api_key, other];
      const remembered = (ok: boolean) =>
        eventually(async () => {
          await Promise.all(tokens.map((token) => replica.verifier.verify(token)));
          expect(tokens.map((token) => replica.verifier.recall(token)?.ok)).toEqual([ok, ok]);
        });
      const active = (is_active: boolean) => rest.put(admin, `${ACCOUNTS}/${account.id}/active`, { is_active }).expect(200);
      await remembered(true);
      expect((await active(false)).body).toMatchObject({ id: account.id, is_active: false });
      const refused = { ok: false, reason: 'inactive_account' };
      await eventually(async () => {
        expect(await Promise.all(tokens.map((token) => replica.verifier.verify(token)))).toEqual([refused, refused]);
        expect(await Promise.all(tokens.map((token) => rest.verdict(token)))).toEqual(['inactive_account', 'inactive_account']);
      }, 2_000);
      expect(await rest.verdict(bystander.mcp_api_key)).toBe('ok');
      for (const answer of [
        await rest.get(user, '/api/mcp/account'),
        await rest.post(user, '/api/mcp/regenerate-key'),
        await rest.post(user, '/api/mcp-keys/create'),
      ])
        expect(answer).toMatchObject({ status: 401, body: { detail: expect.stringContaining('account is switched off') } });
      await active(true);
      await rest.get(user, '/api/mcp/account').expect(200);
      await eventually(async () => expect(await rest.verdict(other)).toBe('ok'), 2_000);
      await replica.stop();
      const { changes } = await historyOf(account.id);
      expect(changes.filter(({ kind }) => kind === 'active')).toEqual(
        [
          ['false', 'true'],
          ['true', 'false'],
        ].map(([before, after]) => ({
          kind: 'active',
          before,
          after,
          changed_by: adminEmail,
          created_at: expect.any(String),
        })),
      );
    });
  });

  it.each([
    ['get', 'credit-history', undefined],
    ['get', 'tool-calls', undefined],
    ['post', 'add-credits', { amount: 1, reason: 'x' }],
    ['put', 'tier', { tier: 'pro' }],
    ['put', 'active', { is_active: true }],
  ] as const)('is told of an account that does not exist: %s %s', async (method, path, body) => {
    const send = (id: string) =>
      method === 'get' ? rest.get(admin, `${ACCOUNTS}/${id}/${path}`) : rest[method](admin, `${ACCOUNTS}/${id}/${path}`, body!);
    expect((await send('999999').expect(404)).body).toMatchObject({ error_code: 'NOT_FOUND' });
    for (const id of ['x', '0', '1.5', '1e999', '99999999999999999999', "1'"]) {
      expect((await send(encodeURIComponent(id)).expect(422)).body).toMatchObject({ detail: [{ loc: ['path', 'id'] }] });
    }
  });

  it('pages through a ledger, newest first', async () => {
    const { account } = await rest.newAccount();
    for (let amount = 1; amount <= 5; amount += 1)
      await rest.post(admin, `${ACCOUNTS}/${account.id}/add-credits`, { amount, reason: 'x' });
    const pages = await Promise.all([1, 2, 3, 4].map((page) => historyOf(account.id, `?page=${page}&page_size=2`)));
    expect(pages.flatMap(({ transactions }) => transactions.map(({ amount }) => amount))).toEqual([5, 4, 3, 2, 1, 50]);
    expect(pages.map(({ total }) => total)).toEqual([6, 6, 6, 6]);
    await rest.get(admin, `${ACCOUNTS}/${account.id}/credit-history?page_size=101`).expect(422);
  });

  it('pages through the calls of an account’s user', async () => {
    const { user, account } = await rest.newAccount();
    await rest.record(
      ...[3, 2, 1].map((days) => ({
        user_id: user.userId,
        tool_name: `t${days}`,
        created_at: new Date(Date.now() - days * 86_400_000 * 95),
      })),
    );
    await rest.delivered();
    const page = async (number: number) =>
      (await rest.get(admin, `${ACCOUNTS}/${account.id}/tool-calls?page=${number}&page_size=2`).expect(200)).body;
    expect(await page(1)).toMatchObject({
      tool_calls: [{ tool_name: 't1', success: true }, { tool_name: 't2' }],
      total: 3,
      page: 1,
      page_size: 2,
    });
    expect(await page(2)).toMatchObject({ tool_calls: [{ tool_name: 't3' }], total: 3 });
  });
});
