import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { randomBytes } from 'node:crypto';
import { CallerLimit } from '../../src/auth/access/caller-limit.service.js';
import { ApiKeyVerifier } from '../../src/api-keys/verification/api-key.verifier.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';
import type { Created } from '../support/gateway/keys-rest.js';

const SECRET = 'test-secret-'.repeat(4);

/** Whoever asks for a key, of a user who may be more than their token says, or less than they once were. */
describe('What a caller may give', () => {
  let rest: AccountsRest;
  let email: string;
  const jwt = new JwtService();

  beforeAll(async () => {
    const limits = { api_key_per_hour: 10, user_keys_per_hour: 15, user_per_hour: 10_000 };
    const auth = { trust_external_tokens: true };
    rest = await AccountsRest.start({ auth, limits });
  });
  afterAll(() => rest.stop());
  beforeEach(() => {
    email = `${randomBytes(6).toString('hex')}@example.com`;
  });

  const token = (role: string) => jwt.sign({ email, role }, { secret: SECRET, expiresIn: 900 });
  const post = (role: string, path: string, body: object = {}) =>
    rest
      .http()
      .post(path)
      .set('Authorization', `Bearer ${token(role)}`)
      .send(body);
  const create = async (role: string, body: object = {}) =>
    (await post(role, '/api/mcp-keys/create', body).expect(200)).body as Created;
  const rotate = (role: string, key_id: string) => post(role, '/api/mcp-keys/rotate', { key_id });
  const listed = async (role: string) => {
    const list = rest
      .http()
      .get('/api/mcp-keys/list')
      .set('Authorization', `Bearer ${token(role)}`);
    const { keys, total } = (await list.expect(200)).body as { keys: { id: string }[]; total: number };
    expect(total).toBe(keys.length);
    return keys.map(({ id }) => id);
  };
  const principal = async (key: string) => {
    const verified = await rest.app.get(ApiKeyVerifier).verify(key);
    if (!verified.ok) throw new Error(verified.reason);
    return verified.principal;
  };
  const setRole = (role: string) =>
    rest.database.dataSource.query('UPDATE mcp.users SET role = $2 WHERE email = $1', [email, role]);

  describe('with a token that says less than its user’s role', () => {
    it('is no key of an admin, made, rotated, revoked or seen', async () => {
      const powerful = await create('admin', { permissions: ['admin'] });
      const writes = await create('admin', { permissions: ['tools:call', 'gateway:write'] });
      const plain = await create('admin');
      for (const permissions of [['admin'], ['gateway:write'], ['records:raw']]) {
        await post('user', '/api/mcp-keys/create', { permissions }).expect(403);
        await post('user', '/auth/api-keys', { name: 'n', permissions }).expect(403);
      }
      for (const { key_id, api_key } of [powerful, writes]) {
        const { body } = await rotate('user', key_id).expect(403);
        expect(body).toMatchObject({ error_code: 'INSUFFICIENT_PERMISSIONS' });
        await post('user', '/api/mcp-keys/revoke', { key_id }).expect(403);
        await principal(api_key);
      }
      expect(await listed('user')).toEqual([plain.key_id]);
      expect(await listed('admin')).toEqual([plain.key_id, writes.key_id, powerful.key_id]);
    });

    it('is a key within it, and its successor', async () => {
      const { key_id } = await create('admin');
      const { body } = await rotate('user', key_id).expect(200);
      const { scopes } = await principal((body as Created).api_key);
      expect([...scopes]).toEqual(['tools:call']);
    });

    it('is no limit above that of all', async () => {
      const { key_id } = await create('admin', { rate_limit_per_hour: 11 });
      await rotate('user', key_id).expect(403);
      await rotate('admin', key_id).expect(200);
    });

    it('is no key of an account that does more than call tools', async () => {
      await create('admin', { permissions: ['admin'] });
      await post('user', '/api/mcp/enable').expect(200);
      const { body } = await post('user', '/api/mcp/regenerate-key').expect(200);
      const { scopes } = await principal((body as { mcp_api_key: string }).mcp_api_key);
      expect([...scopes]).toEqual(['tools:call']);
    });
  });

  it('to somebody who was an admin: their keys are theirs to see and end, and a successor stays behind for good', async () => {
    const [kept, ended] = [await create('admin', { permissions: ['admin'] }), await create('admin', { permissions: ['admin'] })];
    await setRole('user');
    expect(await listed('user')).toEqual([ended.key_id, kept.key_id]);
    await post('user', '/api/mcp-keys/revoke', { key_id: ended.key_id }).expect(200);
    const { api_key } = (await rotate('user', kept.key_id).expect(200)).body as Created;
    await setRole('admin');
    const { scopes } = await principal(api_key);
    expect([...scopes].sort()).toEqual(['gateway:read', 'tools:call']);
  });

  describe('in an hour', () => {
    const call = async (key: string): Promise<Record<string, string> | string> => {
      let told: Record<string, string> = {};
      try {
        await rest.app.get(CallerLimit).admit(await principal(key), (headers) => (told = headers));
        return told;
      } catch (error) {
        return (error as Error).message;
      }
    };
    const spend = async (key: string, calls: number) => {
      for (let n = 0; n < calls; n += 1) await call(key);
    };

    it('follows a key to its successors', async () => {
      const first = await create('user');
      await spend(first.api_key, 8);
      const second = (await rotate('user', first.key_id).expect(200)).body as Created;
      expect(await call(second.api_key)).toMatchObject({ 'X-RateLimit-Limit': '10', 'X-RateLimit-Remaining': '1' });
      const third = (await rotate('user', second.key_id).expect(200)).body as Created;
      expect(await call(third.api_key)).toMatchObject({ 'X-RateLimit-Remaining': '0' });
      expect(await call(third.api_key)).toBe('Rate limit of 10 requests an hour reached.');
    });

    it('follows an account’s key to the one that replaces it', async () => {
      const { mcp_api_key } = (await post('user', '/api/mcp/enable').expect(200)).body as { mcp_api_key: string };
      await spend(mcp_api_key, 9);
      const second = (await post('user', '/api/mcp/regenerate-key').expect(200)).body as { mcp_api_key: string };
      expect(await call(second.mcp_api_key)).toMatchObject({ 'X-RateLimit-Remaining': '0' });
      const { body } = await post('user', '/api/mcp/regenerate-key').expect(200);
      expect(await call((body as { mcp_api_key: string }).mcp_api_key)).toMatch('Rate limit of 10');
    });

    it('is one for all keys of a user, and the headers tell of the tighter one', async () => {
      const keys = [await create('user'), await create('user'), await create('user')];
      await spend(keys[0]!.api_key, 9);
      expect(await call(keys[1]!.api_key)).toMatchObject({ 'X-RateLimit-Limit': '15', 'X-RateLimit-Remaining': '5' });
      await spend(keys[1]!.api_key, 5);
      expect(await call(keys[2]!.api_key)).toBe('Rate limit of 15 requests an hour for all API keys of one user reached.');
      expect(await call((await create('user')).api_key)).toMatch('for all API keys of one user');
    });

    it('is not counted together for a key that an admin gave more', async () => {
      const generous = await create('admin', { rate_limit_per_hour: 100 });
      await spend(generous.api_key, 30);
      expect(await call(generous.api_key)).toMatchObject({ 'X-RateLimit-Remaining': '69' });
      expect(await call((await create('admin')).api_key)).toMatchObject({ 'X-RateLimit-Remaining': '9' });
    });
  });
});
