import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { Idempotency } from '../../src/tools/call/idempotency.service.js';
import { IdempotentCallsRepository } from '../../src/tools/call/idempotent-calls.repository.js';
import { textOf } from '../../src/tools/source/content.js';
import { accountWith } from '../support/databases/credit-rig.js';
import { database, gateway, rigs, state, usageOf, watched, type CallOptions } from '../support/gateway/metered-tools.js';

describe('an idempotency key', () => {
  it('makes racing repetitions on two gateways run and charge once, and later ones get the first answer', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const gateways = rigs.map((rig) => gateway(rig));
    const before = watched.runs;
    const options = { accountId, idempotencyKey: 'once-1', args: { n: 1 } };
    const racing = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => gateways[n % 2]!.call('works', options)));
    const answered = racing.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(answered.length).toBeGreaterThanOrEqual(1);
    expect(watched.runs).toBe(before + 1);
    for (const result of racing) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' });
    const replayed = await gateways[1]!.call('works', options);
    expect(replayed._meta['tallygate/replayed']).toBe(true);
    expect(usageOf(replayed)).toEqual(usageOf(answered[0]!));
    expect(await state(accountId)).toEqual({ balance: 48, held: 0, charges: 1 });
  });

  it('cannot be used for another call', async () => {
    const { call } = gateway(rigs[0]!);
    await call('works', { idempotencyKey: 'once-2', args: { n: 1 } });
    await expect(call('works', { idempotencyKey: 'once-2', args: { n: 2 } })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(call('free', { idempotencyKey: 'once-2', args: { n: 1 } })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is given back by a call that was refused or failed free of charge', async () => {
    const accountId = await accountWith(rigs[0]!, 1);
    const { call } = gateway(rigs[0]!);
    const options = { accountId, idempotencyKey: 'once-3' };
    expect(textOf(await call('works', options))).toMatch(/Insufficient/);
    await rigs[0]!.ledger.grant({ accountId, amount: 10, reason: 'test', by: 'test' });
    expect(usageOf(await call('works', options)).credits_charged).toBe(2);
  });

  it('may be used anew after ten minutes', async () => {
    const { call } = gateway(rigs[0]!);
    const options = { idempotencyKey: 'once-4' };
    await call('works', options);
    await database.dataSource.query(
      `UPDATE mcp.idempotent_calls SET created_at = now() - interval '11 minutes' WHERE key = 'once-4'`,
    );
    expect((await call('works', options))._meta['tallygate/replayed']).toBeUndefined();
  });

  it('stays taken, without an answer, while nobody knows what its call did', async () => {
    const { call } = gateway(rigs[0]!);
    const endings: [string, CallOptions][] = [
      ['hangs', { idempotencyKey: 'unknown-1' }],
      ['hangs', { idempotencyKey: 'unknown-2', cancellation: new Cancellation() }],
      ['breaks', { idempotencyKey: 'unknown-3' }],
    ];
    for (const [name, options] of endings) {
      watched.onRun = () => options.cancellation?.cancel();
      expect((await call(name, options)).isError).toBe(true);
      const before = watched.runs;
      const again = call(name, { ...options, cancellation: new Cancellation() });
      await expect(again).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/may have had its effect/) });
      expect(watched.runs).toBe(before);
    }
    watched.onRun = () => undefined;
  });

  it('is of the same caller after its API key was rotated, and not after another of the user’s keys', async () => {
    const { call } = gateway(rigs[0]!);
    const by = (id: string, lineage?: string) => ({
      id,
      name: 'k',
      allowedTools: null,
      rateLimitPerHour: null,
      ...(lineage && { lineage }),
    });
    await call('works', { idempotencyKey: 'rotated-1', apiKey: by('first') });
    const options = { idempotencyKey: 'rotated-1', apiKey: by('second', 'first') };
    expect((await call('works', options))._meta['tallygate/replayed']).toBe(true);
    expect((await call('works', { ...options, apiKey: by('other') }))._meta['tallygate/replayed']).toBeUndefined();
  });

  it('gives a failure that is an answer again, as it was', async () => {
    const { call } = gateway(rigs[0]!);
    const first = await call('refuses_input', { idempotencyKey: 'failed-1' });
    const again = await call('refuses_input', { idempotencyKey: 'failed-1' });
    expect(again).toEqual({ ...first, _meta: { ...first._meta, 'tallygate/replayed': true } });
  });

  it('is of the same call however its arguments are written', async () => {
    const { call } = gateway(rigs[0]!);
    await call('works', { idempotencyKey: 'order-1', args: { a: 1, b: { c: 2, d: [3] } } });
    const again = await call('works', { idempotencyKey: 'order-1', args: { b: { d: [3], c: 2 }, a: 1 } });
    expect(again._meta['tallygate/replayed']).toBe(true);
  });

  it('is given back, renewed and answered by its own call alone', async () => {
    const repository = new IdempotentCallsRepository(rigs[0]!.postgres);
    const mine = { scope: 's', key: 'mine', fingerprint: 'f', callId: randomUUID() };
    const other = { ...mine, callId: randomUUID() };
    expect(await repository.claim(mine)).toBe(true);
    await repository.release(other);
    await repository.keep(other, '{}');
    expect(await repository.find(mine)).toEqual({ fingerprint: 'f', answer: null });
    const age = `UPDATE mcp.idempotent_calls SET created_at = now() - interval '11 minutes' WHERE key = 'mine'`;
    await database.dataSource.query(age);
    await repository.renew([other]);
    await repository.renew([mine]);
    expect(await repository.claim(other)).toBe(false);
    await repository.release(mine);
    expect(await repository.claim(other)).toBe(true);
  });

  it('is cleaned away faster than any number of callers can make them', async () => {
    await database.dataSource.query(`INSERT INTO mcp.idempotent_calls (scope, key, fingerprint, created_at)
      SELECT 'old', n::text, 'f', now() - interval '1 hour' FROM generate_series(1, 25000) n`);
    const idempotency = new Idempotency(new IdempotentCallsRepository(rigs[0]!.postgres));
    await idempotency.keepUp();
    const [left] = await database.dataSource.query(`SELECT count(*)::int AS n FROM mcp.idempotent_calls WHERE scope = 'old'`);
    expect(left).toEqual({ n: 0 });
  });
});

it('after all of this the books agree', async () => {
  const report = await rigs[0]!.audit.audit();
  expect(report).toMatchObject({ differences: [] });
});
