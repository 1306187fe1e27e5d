import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeyHasher } from '../../src/api-keys/keys/api-key-hasher.js';
import { checksum, createToken, displayPrefix } from '../../src/api-keys/keys/api-key-token.js';
import { EVERYTHING } from '../../src/auth/changes/auth-change.js';
import type { TallygateError } from '../../src/common/tallygate-error.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { eventually } from '../support/eventually.js';
import { TestClock } from '../support/test-clock.js';
import { createUser, startKeyReplica, type KeyReplica } from '../support/gateway/key-replica.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

describe('The verifier of API keys', () => {
  const clock = new TestClock();
  let database: TestDatabase;
  let replica: KeyReplica;
  let owner: Principal;
  beforeAll(async () => {
    database = await createTestDatabase();
    replica = await startKeyReplica(database.url, clock);
  });
  beforeEach(async () => {
    owner = await createUser(database.dataSource);
    // Clocks that were moved make the feed stale until its next check.
    await eventually(() => expect(replica.feed.isFresh()).toBe(true));
  });
  afterAll(async () => {
    await replica.stop();
    await database.drop();
  });

  const verify = async (token: string) => replica.verifier.verify(token);
  const issue = (wishes = {}) => replica.service.create(owner, { name: 'k', expiresAt: null, ...wishes });

  it('says who a key speaks for', async () => {
    const { token, key } = await issue({ allowedTools: ['get_bars'], rateLimitPerHour: 7 });
    expect(await verify(token)).toEqual({
      ok: true,
      principal: {
        userId: owner.userId,
        role: 'user',
        scopes: new Set(['tools:call']),
        apiKey: { id: key.id, name: 'k', allowedTools: new Set(['get_bars']), rateLimitPerHour: 7 },
      },
    });
  });

  it('answers a known key from memory, synchronously, with the same principal', async () => {
    const { token } = await issue();
    await eventually(async () => {
      await verify(token); // what the feed still tells of the key's creation makes it forget once more
      const [first, second] = [replica.verifier.recall(token), replica.verifier.verify(token)];
      expect(second).toMatchObject({ ok: true });
      expect((first as { principal: Principal }).principal).toBe((second as { principal: Principal }).principal);
    });
  });

  it('refuses what is no key without asking the database', async () => {
    const { keys } = replica.repository.reads;
    for (const text of ['', 'sk-', 'eyJhbGciOi', `sk-${'a'.repeat(50)}`, `${createToken('sk-').token} `])
      expect(replica.verifier.verify(text)).toEqual({ ok: false, reason: 'malformed' });
    expect(replica.repository.reads.keys).toBe(keys);
  });

  it('refuses a key whose id exists but whose secret is another', async () => {
    const { token } = await issue();
    const stranger = createToken('sk-');
    await database.dataSource.query('UPDATE mcp.api_keys SET token_id = $1 WHERE token_id = $2', [
      stranger.tokenId,
      token.slice(3, 15),
    ]);
    expect(await verify(stranger.token)).toEqual({ ok: false, reason: 'unknown' });
    expect(await verify(stranger.token)).toEqual({ ok: false, reason: 'unknown' });
  });

  it('refuses a key with the id of one that memory knows to be right, and another secret', async () => {
    const { token } = await issue();
    const body = token.slice(0, 15) + createToken('sk-').token.slice(15, -6);
    const forged = body + checksum(body);
    await eventually(async () => {
      await verify(token);
      expect([token, forged, token, forged].map((one) => replica.verifier.recall(one))).toMatchObject([
        { ok: true },
        { ok: false, reason: 'unknown' },
        { ok: true },
        { ok: false, reason: 'unknown' },
      ]);
    });
  });

  it('refuses a key of an installation with another secret', async () => {
    const { token, key } = await issue();
    const other = new ApiKeyHasher(testConfig({ auth: { secret_key: 'another-secret'.repeat(4) } }));
    await database.dataSource.query('UPDATE mcp.api_keys SET hmac = $1 WHERE id = $2', [
      Buffer.from(other.hash(token), 'latin1'),
      key.id,
    ]);
    await eventually(async () => expect(await verify(token)).toEqual({ ok: false, reason: 'unknown' }));
  });

  it('reads a key once for all who wait for it', async () => {
    const { token } = await issue();
    const { keys } = replica.repository.reads;
    const answers = await Promise.all(Array.from({ length: 200 }, () => verify(token)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(replica.repository.reads.keys - keys).toBe(1);
  });

  it('asks for a flood of unknown keys in few statements, one at a time, and answers each', async () => {
    const before = { ...replica.repository.reads };
    const answers = await Promise.all(Array.from({ length: 2_000 }, () => verify(createToken('sk-').token)));
    expect(new Set(answers.map((answer) => !answer.ok && answer.reason))).toEqual(new Set(['unknown']));
    expect(replica.repository.reads.statements - before.statements).toBeLessThan(10);
    expect(replica.repository.reads.mostAtOnce).toBe(1);
  });

  it('refuses at once what exceeds the queue of look-ups', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 7_000 }, () => verify(createToken('sk-').token)));
    const codes = answers.map((answer) => answer.status === 'rejected' && (answer.reason as TallygateError).code);
    // Others may be UNAVAILABLE, where a busy machine's database takes longer than a look-up may.
    expect(codes).toContain('OVERLOADED');
  });

  it('remembers that a key does not exist, until it does', async () => {
    const { token, tokenId } = createToken('mcp_');
    expect(await verify(token)).toEqual({ ok: false, reason: 'unknown' });
    expect(replica.verifier.verify(token)).toEqual({ ok: false, reason: 'unknown' });
    await database.dataSource.query(
      'INSERT INTO mcp.api_keys (token_id, hmac, prefix, user_id, name, scopes) VALUES ($1, $2, $3, $4, $5, $6)',
      [
        tokenId,
        Buffer.from(new ApiKeyHasher(testConfig()).hash(token), 'latin1'),
        displayPrefix(token),
        owner.userId,
        'late',
        ['tools:call'],
      ],
    );
    await eventually(async () => expect(await verify(token)).toMatchObject({ ok: true }), 2_000);
  });

  it('refuses a key from the moment it expires, cached or not', async () => {
    const { token } = await issue({ expiresAt: new Date(clock.now() + 1_000) });
    expect(await verify(token)).toMatchObject({ ok: true });
    clock.advance(999);
    expect(await verify(token)).toMatchObject({ ok: true });
    clock.advance(1);
    expect(await verify(token)).toEqual({ ok: false, reason: 'expired' });
  });

  it('refuses a deactivated owner, and admits a reactivated one', async () => {
    const { token } = await issue();
    expect(await verify(token)).toMatchObject({ ok: true });
    await database.dataSource.query('UPDATE mcp.users SET is_active = false WHERE id = $1', [owner.userId]);
    await eventually(async () => expect(await verify(token)).toEqual({ ok: false, reason: 'inactive_user' }), 2_000);
    await database.dataSource.query('UPDATE mcp.users SET is_active = true WHERE id = $1', [owner.userId]);
    await eventually(async () => expect(await verify(token)).toMatchObject({ ok: true }), 2_000);
  });

  it('tells working keys from those that are revoked, expired, of a deactivated owner, or gone, by their ids', async () => {
    const [working, revoked, expired] = [await issue(), await issue(), await issue({ expiresAt: new Date(clock.now() + 1) })];
    const leaver = await createUser(database.dataSource);
    const orphan = await replica.service.create(leaver, { name: 'k', expiresAt: null });
    await replica.service.revoke(owner, revoked.key.id);
    await database.dataSource.query('UPDATE mcp.users SET is_active = false WHERE id = $1', [leaver.userId]);
    clock.advance(1);
    const ids = [working, revoked, expired, orphan].map(({ key }) => key.id);
    const none = '00000000-0000-4000-8000-000000000000';
    expect(await replica.verifier.workingAmong([...ids, none])).toEqual(new Set([working.key.id]));
  });

  it('takes admin away from the key of an admin who is one no longer', async () => {
    const admin = await createUser(database.dataSource, 'admin');
    const { token } = await replica.service.create(admin, { name: 'k', scopes: ['admin'], expiresAt: null });
    const scopes = async () => ((await verify(token)) as { principal: Principal }).principal.scopes;
    expect((await scopes()).has('admin')).toBe(true);
    await database.dataSource.query("UPDATE mcp.users SET role = 'user' WHERE id = $1", [admin.userId]);
    await eventually(async () => expect([...(await scopes())]).toEqual(['gateway:read', 'tools:call']), 2_000);
  });

  it('forgets a deleted owner', async () => {
    const { token } = await issue();
    expect(await verify(token)).toMatchObject({ ok: true });
    await database.dataSource.query('DELETE FROM mcp.users WHERE id = $1', [owner.userId]);
    await eventually(async () => expect(await verify(token)).toEqual({ ok: false, reason: 'unknown' }), 2_000);
  });

  /** Resolves when the feed tells of the next change to this key or user. */
  const hears = (id: string) =>
    new Promise<void>((resolve) =>
      replica.feed.onChange((changes) => {
        if (changes !== EVERYTHING && (changes.keys.has(id) || changes.users.has(id))) resolve();
      }),
    );

  it.each([
    ['key', 'UPDATE mcp.api_keys SET is_active = false WHERE user_id = $1', 'revoked'],
    ['owner', 'UPDATE mcp.users SET is_active = false WHERE id = $1', 'inactive_user'],
  ])('does not keep what it read of a key while the %s changed', async (_, change, reason) => {
    const { token, key } = await issue();
    const heard = hears(reason === 'revoked' ? key.tokenId : owner.userId);
    let release!: () => void;
    replica.repository.delay = new Promise((resolve) => (release = resolve));
    const reading = verify(token);
    await eventually(() => expect(replica.repository.reads.atOnce).toBe(0));
    await database.dataSource.query(change, [owner.userId]);
    await heard;
    release();
    expect(await reading).toMatchObject({ ok: true });
    expect(await verify(token)).toEqual({ ok: false, reason });
  });

  it('starts a new look-up for whoever asks after a change, even while an older one is under way', async () => {
    const { token, key } = await issue();
    let release!: () => void;
    replica.repository.delay = new Promise((resolve) => (release = resolve));
    const before = verify(token);
    await eventually(() => expect(replica.repository.reads.atOnce).toBe(0));
    await replica.service.revoke(owner, key.id);
    const after = verify(token);
    release();
    expect(await before).toMatchObject({ ok: true });
    expect(await after).toEqual({ ok: false, reason: 'revoked' });
  });

  it('throws away an answer of the database that is two seconds old', async () => {
    const { token } = await issue();
    let release!: () => void;
    replica.repository.delay = new Promise((resolve) => (release = resolve));
    const reading = verify(token);
    await eventually(() => expect(replica.repository.reads.atOnce).toBe(0));
    clock.advance(2_001);
    release();
    await expect(reading).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
