import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AuditRetention } from '../../src/auth/audit/audit-retention.service.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { GatewayApiModule } from '../../src/gateway-api/gateway-api.module.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';

interface Entry {
  via: string;
  actor_id: string | null;
  action: string;
  subject_id: string;
  details: Record<string, unknown>;
}

describe('What an operator does', () => {
  let rest: AccountsRest;
  let admin: Principal;

  beforeAll(async () => {
    rest = await AccountsRest.start({ servers: { allowed_networks: ['127.0.0.0/8'] } }, [GatewayApiModule]);
    admin = await rest.newUser('admin');
  }, 60_000);
  afterAll(() => rest.stop());

  const written = async (query: string) => {
    const { body } = await rest.get(admin, `/api/admin/audit?page_size=100&${query}`).expect(200);
    return (body as { entries: Entry[] }).entries;
  };
  const by = (action: string, subject_id: string | number, details: object = {}) => ({
    via: 'login',
    actor_id: admin.userId,
    action,
    subject_id: String(subject_id),
    details,
  });

  it('to an account is written down: credits, tier, activity; once, and only what has changed', async () => {
    const { account, user } = await rest.newAccount();
    const path = `/api/admin/mcp/accounts/${account.id}`;
    const gift = { amount: 5, reason: 'sorry', reference: 'T-1' };
    for (let n = 0; n < 2; n += 1) await rest.post(admin, `${path}/add-credits`, gift).expect(200);
    await rest.put(admin, `${path}/tier`, { tier: 'pro' }).expect(200);
    for (const is_active of [false, false, true]) await rest.put(admin, `${path}/active`, { is_active }).expect(200);
    expect(await written(`subject_type=account&subject_id=${account.id}`)).toMatchObject([
      by('account.activated', account.id),
      by('account.deactivated', account.id),
      by('account.tier_changed', account.id, { before: 'free', after: 'pro' }),
      by('account.credits_added', account.id, gift),
      { actor_id: user.userId, action: 'account.enabled' },
    ]);
  });

  it('to a server is written down, without its secrets', async () => {
    const config = { url: 'http://127.0.0.1:9/mcp', bearer_token: 's3cret' };
    const made = await rest.post(admin, '/servers', { template_name: 'http', config }).expect(201);
    const { id, name } = made.body as { id: string; name: string };
    const patch = { weight: 3, instance_metadata: { team: 'a' }, config: { ...config, bearer_token: 's3cret-2' } };
    await rest.http().patch(`/servers/${id}`).set('Authorization', rest.bearer(admin)).send(patch).expect(200);
    await rest.delete(admin, `/servers/${id}`).expect(204);
    expect(await written(`subject_type=server&subject_id=${id}`)).toMatchObject([
      by('server.removed', id, { name }),
      by('server.changed', id, { name, changed: ['config', 'instance_metadata', 'weight'], weight: 3 }),
      by('server.registered', id, { name, template_name: 'http' }),
    ]);
    expect(JSON.stringify(await rest.database.dataSource.query('SELECT * FROM mcp.audit_log'))).not.toContain('s3cret');
  });

  it('to their own account is written down with its keys: the first, the next, and the end of each before', async () => {
    const user = await rest.newUser();
    await rest.post(user, '/api/mcp/enable').expect(200);
    await rest.post(user, '/api/mcp/regenerate-key').expect(200);
    const keys = 'SELECT id FROM mcp.api_keys WHERE user_id = $1 ORDER BY created_at';
    const rows = await rest.database.dataSource.query<{ id: string }[]>(keys, [user.userId]);
    const [first, second] = rows.map(({ id }) => id);
    const terms = { key_name: 'MCP account', user_id: user.userId, permissions: ['tools:call'] };
    const reason = 'replaced by a new account key';
    expect(await written(`actor_id=${user.userId}&subject_type=api_key`)).toMatchObject([
      { via: 'login', action: 'api_key.created', subject_id: second, details: terms },
      { via: 'login', action: 'api_key.revoked', subject_id: first, details: { user_id: user.userId, reason } },
      { via: 'login', action: 'api_key.created', subject_id: first, details: terms },
    ]);
    const { body } = await rest.get(user, `/api/mcp-keys/${first}`).expect(200);
    expect(body).toMatchObject({ revoked_by: user.userId, revoked_at: expect.any(String), revoke_reason: reason });
  });

  it("of the gateway itself is its own: the first key is nobody else's doing", async () => {
    const [made] = await rest.database.dataSource.query<{ id: string }[]>(`SELECT id FROM mcp.api_keys WHERE name = 'default'`);
    expect(await written(`subject_id=${made!.id}`)).toMatchObject([
      { via: 'gateway', actor_id: null, action: 'api_key.created', details: { key_name: 'default' } },
    ]);
  });

  it('to the log, and to users, is written down', async () => {
    await rest.put(admin, '/api/admin/log-level', { level: 'info', contexts: [] }).expect(200);
    expect(await written('action=settings.log_level_changed')).toMatchObject([
      by('settings.log_level_changed', 'log', { level: 'info' }),
    ]);
    const user = { username: 'bob', email: 'bob@example.com', password: 'correct horse' };
    const { id } = (await rest.post(admin, '/auth/users', user).expect(201)).body as { id: string };
    expect(await written(`subject_id=${id}`)).toMatchObject([by('user.created', id, { role: 'user' })]);
  });

  it('that fails is not written down', async () => {
    const before = (await written('')).length;
    await rest.post(admin, '/api/admin/mcp/accounts/999999/add-credits', { amount: 5, reason: 'x' }).expect(404);
    await rest.post(admin, '/servers', { template_name: 'none' }).expect(400);
    await rest.put(admin, '/api/admin/mcp/accounts/999999/active', { is_active: false }).expect(404);
    expect(await written('')).toHaveLength(before);
  });

  it.each(['UPDATE mcp.audit_log SET action = $$x$$', 'DELETE FROM mcp.audit_log', 'TRUNCATE mcp.audit_log'])(
    'takes nothing back: %s',
    async (statement) => {
      await expect(rest.database.dataSource.query(statement)).rejects.toThrow(/append-only/);
    },
  );

  it('is kept for as many months as the operator says, and no line of this month is ever deleted', async () => {
    const subject = randomUUID();
    const lines = 'SELECT action FROM mcp.audit_log WHERE subject_id = $1';
    const add = (action: string, age: string) =>
      rest.database.dataSource.query(
        `INSERT INTO mcp.audit_log (created_at, via, action, subject_type, subject_id) VALUES (now() - $3::interval, 'gateway', $2, 'test', $1)`,
        [subject, action, age],
      );
    await add('test.new', '1 day');
    await add('test.old', '25 months');
    await add('test.young', '23 months');
    await rest.app.get(AuditRetention).forget();
    const kept = await rest.database.dataSource.query<{ action: string }[]>(lines, [subject]);
    expect(kept.map(({ action }) => action).sort()).toEqual(['test.new', 'test.young']);
    const early = `BEGIN; SET LOCAL tallygate.audit_retention = 'on'; DELETE FROM mcp.audit_log WHERE action = 'test.new'; COMMIT`;
    await expect(rest.database.dataSource.query(early)).rejects.toThrow(/append-only/);
  });
});
