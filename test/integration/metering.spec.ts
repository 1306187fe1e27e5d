import { describe, expect, it } from '@jest/globals';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { textOf } from '../../src/tools/source/content.js';
import type { Tool } from '../../src/tools/source/tool-source.js';
import { eventually } from '../support/eventually.js';
import { accountWith } from '../support/databases/credit-rig.js';
import {
  answer,
  BEHAVIOUR,
  CHARGES,
  database,
  gateway,
  nested,
  rigs,
  state,
  usageOf,
  watched,
} from '../support/gateway/metered-tools.js';

const recorded = async (): Promise<Record<string, unknown>[]> => {
  const rows = await database.dataSource.query<{ body: string }[]>('SELECT body FROM mcp.usage_outbox ORDER BY tx, seq');
  return rows.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
};

describe('a priced call', () => {
  it('is charged once, says so, and is recorded with what it cost', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const result = await gateway(rigs[0]!).call('works', { accountId });
    expect(usageOf(result)).toMatchObject({ record_count: 3, table_name: 'bars', credits_charged: 2, credits_remaining: 48 });
    expect(await state(accountId)).toEqual({ balance: 48, held: 0, charges: 1 });
    expect((await recorded()).at(-1)).toMatchObject({ tool_name: 'works', credits_cost: 2, credits_charged: 2, is_error: false });
  });

  it('is charged when the tool ran and says no', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const result = await gateway(rigs[0]!).call('says_no', { accountId });
    expect([result.isError, usageOf(result).credits_charged]).toEqual([true, 2]);
  });

  it.each([
    ['breaks', 'BACKEND_ERROR', true],
    ['hangs', 'TIMEOUT', true],
    ['refuses_input', 'INVALID_ARGUMENTS', false],
  ])('costs nothing when the tool %s, and says whose fault it was', async (name, code, isBackendError) => {
    const accountId = await accountWith(rigs[0]!, 50);
    const result = await gateway(rigs[0]!).call(name, { accountId });
    expect([result.isError, usageOf(result).credits_charged, usageOf(result).credits_remaining]).toEqual([true, 0, 50]);
    expect(await state(accountId)).toEqual({ balance: 50, held: 0, charges: 0 });
    expect((await recorded()).at(-1)).toMatchObject({ error_code: code, is_backend_error: isBackendError, credits_charged: 0 });
  });

  it('costs nothing when the caller is gone before the tool watched.runs, and is charged once when they go after', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const gone = new Cancellation();
    gone.cancel();
    await gateway(rigs[0]!).call('works', { accountId, cancellation: gone });
    expect(await state(accountId)).toEqual({ balance: 50, held: 0, charges: 0 });
    const leaving = new Cancellation();
    BEHAVIOUR['works'] = () => Promise.resolve(answer).finally(() => setImmediate(() => leaving.cancel()));
    await gateway(rigs[0]!).call('works', { accountId, cancellation: leaving });
    BEHAVIOUR['works'] = () => Promise.resolve(answer);
    expect(await state(accountId)).toEqual({ balance: 48, held: 0, charges: 1 });
  });

  it('costs nothing when its answer cannot be written, and says so', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    BEHAVIOUR['works'] = () => Promise.resolve({ ...answer, structuredContent: nested(100_000) });
    const result = await gateway(rigs[0]!).call('works', { accountId });
    BEHAVIOUR['works'] = () => Promise.resolve(answer);
    expect(textOf(result)).toMatch(/cannot be written as JSON: it is too large or nested too deeply/);
    expect(await state(accountId)).toEqual({ balance: 50, held: 0, charges: 0 });
    expect((await recorded()).at(-1)).toMatchObject({ error_code: 'BACKEND_ERROR', credits_charged: 0 });
  });

  it('is recorded and released whatever its arguments are', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const result = await gateway(rigs[0]!).call('works', { accountId, args: nested(100_000) });
    expect(usageOf(result).credits_charged).toBe(2);
    expect((await recorded()).at(-1)).toMatchObject({ arguments: expect.stringContaining('unwritable') });
  });

  it('costs what its template says when the tool says no, and when its caller leaves a tool that does not finish', async () => {
    const cost = async (name: string, charge: NonNullable<Tool['charge']>, cancellation = new Cancellation()) => {
      const accountId = await accountWith(rigs[0]!, 50);
      CHARGES[name] = charge;
      watched.onRun = () => name === 'hangs' && cancellation.cancel();
      return usageOf(await gateway(rigs[0]!).call(name, { accountId, cancellation })).credits_charged;
    };
    expect(await cost('says_no', { tool_errors: false, cancelled: false })).toBe(0);
    expect(await cost('says_no', { tool_errors: true, cancelled: false })).toBe(2);
    expect(await cost('hangs', { tool_errors: true, cancelled: false })).toBe(0);
    expect(await cost('hangs', { tool_errors: true, cancelled: true })).toBe(2);
    for (const name of ['says_no', 'hangs']) delete CHARGES[name];
    watched.onRun = () => undefined;
  });

  it('is refused without enough credits, before the tool watched.runs; a cheaper one behind it is served', async () => {
    const accountId = await accountWith(rigs[0]!, 5);
    const before = watched.runs;
    const [refused, served] = await Promise.all([
      gateway(rigs[0]!).call('dear', { accountId }),
      gateway(rigs[0]!).call('works', { accountId }),
    ]);
    expect(textOf(refused)).toMatch(/^Insufficient credits: need 40, have [35]\.$/);
    expect(refused.isError).toBe(true);
    expect(usageOf(served).credits_charged).toBe(2);
    expect(watched.runs).toBe(before + 1);
  });
});

describe('a free call', () => {
  it('says what credits are left, as they are at that moment', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const remaining = async (of = 0) => usageOf(await gateway(rigs[of]!).call('free', { accountId }));
    expect(await remaining()).toMatchObject({ credits_charged: 0, credits_remaining: 50 });
    await gateway(rigs[1]!).call('works', { accountId });
    expect(await remaining()).toMatchObject({ credits_charged: 0, credits_remaining: 48 });
    await rigs[1]!.ledger.grant({ accountId, amount: 7, reason: 'test', by: 'test' });
    await eventually(async () => expect(await remaining(1)).toMatchObject({ credits_remaining: 55 }));
  });

  it('costs no statement more than one of a caller without an account, however many end together', async () => {
    const accountIds = await Promise.all([accountWith(rigs[0]!, 1), accountWith(rigs[0]!, 2), undefined]);
    const answers = await Promise.all(
      accountIds.map((accountId) => gateway(rigs[0]!).call('free', accountId ? { accountId } : {})),
    );
    expect(answers.map((one) => usageOf(one).credits_remaining)).toEqual([1, 2, null]);
  });
});

describe('a caller without an account', () => {
  it('calls free of charge while credits are optional', async () => {
    expect(usageOf(await gateway(rigs[0]!).call('works'))).toMatchObject({ credits_charged: 0, credits_remaining: null });
  });

  it('is refused while they are required', async () => {
    const result = await gateway(rigs[0]!, 'required').call('works');
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/MCP is not enabled/);
  });
});

it('after all of this the books agree', async () => {
  const report = await rigs[0]!.audit.audit();
  expect(report).toMatchObject({ differences: [] });
});
