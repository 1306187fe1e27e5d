import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { createToken } from '../../src/api-keys/keys/api-key-token.js';
import { ApiKeysModule } from '../../src/api-keys/api-keys.module.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { createUser } from '../support/gateway/key-replica.js';
import { KeysRest, type Created } from '../support/gateway/keys-rest.js';

const mistyped = (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');

describe('A secret made elsewhere', () => {
  let rest: KeysRest;
  let owner: Principal;
  beforeAll(async () => {
    rest = await KeysRest.start(ApiKeysModule);
  });
  afterAll(() => rest.stop());
  beforeEach(async () => {
    owner = await createUser(rest.database.dataSource);
  });

  const bring = (secret: unknown, who = owner) => rest.post(who, '/api/mcp-keys/create', { key_name: 'old server', secret });
  const urlsafe = () => randomBytes(32).toString('base64url');

  it.each([
    ['Python, secrets.token_urlsafe(32)', 'QBMDHIqbf_qQV8uW7wJ6sMNDAj2q7VoFS_u9IGVqX80'],
    ['Python, secrets.token_hex(16)', '4f2d9c07a1b85e36c0d7f19b2a84e65d'],
    ['openssl rand -base64 32', '7Q0V+o3dN1x5T/0cZbY2mJ8uR4hWkP6sLgEaFvDi9nA='],
    ['a UUID', '3c9f1e52-7a06-4d8b-b1e4-90f2ad6c58e7'],
    ['with a prefix of its own', 'sk_live_8fK2nVxQ4tR7wZ1bM5cJ'],
  ])('becomes a key: from %s', async (_, secret) => {
    const { body } = await bring(secret).expect(200);
    expect(body).toMatchObject({ api_key: secret, message: 'This secret is an API key from now on. Only its hash is stored.' });
    expect(await rest.verdict(secret)).toBe('ok');
    for (const wrong of [`Z${secret}`, `Z${secret.slice(1)}`]) expect(await rest.verdict(wrong)).toBe('unknown');
  });

  it('is known by its beginning, a quarter of it at most, and nowhere whole', async () => {
    const secret = urlsafe();
    const { body } = (await bring(secret).expect(200)) as { body: Created & { api_key_prefix: string } };
    expect(body.api_key_prefix).toBe(secret.slice(0, 10));
    const rows = JSON.stringify(await rest.database.dataSource.query('SELECT * FROM mcp.api_keys, mcp.audit_log'));
    expect(rows).not.toContain(secret.slice(0, 12));
  });

  it('is refused when it is a key already, whoever has it, also a revoked one', async () => {
    const secret = urlsafe();
    const { key_id } = (await bring(secret).expect(200)).body as Created;
    const other = await createUser(rest.database.dataSource);
    for (const who of [owner, other])
      expect((await bring(secret, who).expect(409)).body).toMatchObject({ error_code: 'CONFLICT' });
    await rest.revoke(owner, key_id).expect(200);
    await bring(secret).expect(409);
    expect(await rest.verdict(secret)).toBe('revoked');
  });

  it('lives like any other key: its rights, its limit of a hundred, its rotation and its end', async () => {
    const secret = urlsafe();
    const { key_id } = (await bring(secret).expect(200)).body as Created;
    expect((await rest.list(owner)).keys).toMatchObject([{ id: key_id, permissions: ['tools:call'] }]);
    const next = (await rest.rotate(owner, { key_id, overlap_seconds: 60 }).expect(200)).body as Created;
    expect([await rest.verdict(secret), await rest.verdict(next.api_key), next.api_key.slice(0, 3)]).toEqual(['ok', 'ok', 'sk-']);
    rest.clock.advance(61_000);
    expect(await rest.verdict(secret)).toBe('expired');
  });

  it.each([
    ['short', 'Zx9#'],
    ['21 characters', 'aB3dE5fG7hJ9kL1mN3pQ5'],
    ['one character over and over', 'a'.repeat(40)],
    ['a pattern over and over', '0123456789abcdef0123456789abcdef'],
    ['words', 'correct-horse-battery-staple-2024'],
    ['what people make up', 'my-company-production-api-key-2024'],
    ['a password over and over', 'P@ssw0rdP@ssw0rdP@ssw0rd'],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyz0123456789'],
    ['what no header can carry', `${'a1B2c3D4'.repeat(4)}ä é`],
    ['more than 200 characters', randomBytes(200).toString('hex')],
    ['a login token', `eyJhbGciOiJIUzI1NiJ9.${randomBytes(24).toString('base64url')}`],
    ["what looks like an account's key", `mcp_${randomBytes(24).toString('base64url')}`],
    ['a key of ours with a typing error', mistyped(createToken('sk-').token)],
    ['a number', 12345678901234567890],
    ['a list', [randomUUID()]],
  ])('is refused when it can be guessed, or taken for something else: %s', async (_, secret) => {
    const { body } = await bring(secret).expect(422);
    expect(JSON.stringify(body)).toContain('secret');
    if (typeof secret === 'string') expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('of another gateway of this kind is taken as it is', async () => {
    const { token } = createToken('sk-');
    await bring(token).expect(200);
    expect(await rest.verdict(token)).toBe('ok');
  });
});
