import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import type { Scope } from '../../src/auth/access/scopes.js';
import { SystemClock } from '../../src/common/clock.js';
import { Metrics } from '../../src/telemetry/metrics.js';
import { Tracing } from '../../src/telemetry/tracing.js';
import { Idempotency } from '../../src/tools/call/idempotency.service.js';
import { IdempotentCallsRepository } from '../../src/tools/call/idempotent-calls.repository.js';
import type { ToolRequest } from '../../src/tools/call/tool-call.js';
import { ToolCalls } from '../../src/tools/call/tool-calls.service.js';
import { ToolCallObserver } from '../../src/tools/call/tool-call.observer.js';
import { Cancellation } from '../../src/tools/call/cancellation.js';
import { SILENT_CLIENT } from '../../src/tools/source/call-context.js';
import { Sources } from '../../src/tools/catalog/sources.service.js';
import { ToolCatalog } from '../../src/tools/catalog/tool-catalog.service.js';
import { CreditRepository } from '../../src/credits/credit.repository.js';
import { HoldRenewal } from '../../src/credits/hold-renewal.service.js';
import { ToolMeter } from '../../src/tools/call/tool-meter.service.js';
import { ToolRunner } from '../../src/tools/call/tool-runner.service.js';
import { ToolInputError, type Tool, type ToolResult } from '../../src/tools/source/tool-source.js';
import type { RecordedResult } from '../../src/tools/call/usage-record.js';
import { UsageOutboxRepository } from '../../src/usage/recording/usage-outbox.repository.js';
import { UsageRecorder } from '../../src/usage/recording/usage-recorder.service.js';
import { accountWith, creditReplicas, type CreditRig } from '../support/databases/credit-rig.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { textOf } from '../../src/tools/source/content.js';

let database: TestDatabase;
let rigs: CreditRig[];
let closeReplicas: () => Promise<void>;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ rigs, close: closeReplicas } = await creditReplicas(database.url, 2));
});
afterAll(async () => {
  await closeReplicas();
  await database.drop();
});

const answer: ToolResult = { content: [{ type: 'text', text: 'ok' }], usage: { recordCount: 3, tableName: 'bars' } };
let runs = 0;
/** Called when a tool runs. */
let onRun: () => void = () => undefined;

const BEHAVIOUR: Record<string, () => Promise<ToolResult>> = {
  works: () => Promise.resolve(answer),
  says_no: () => Promise.resolve({ ...answer, isError: true }),
  refuses_input: () => Promise.reject(new ToolInputError('reversed range')),
  breaks: () => Promise.reject(new Error('backend is down')),
  hangs: () => new Promise(() => undefined),
};

/** What tools cost that did not do what was asked, where their template says so. */
const CHARGES: Record<string, NonNullable<Tool['charge']>> = {};

function nested(levels: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

const tool = (name: string, price: number): Tool => ({
  name,
  title: name,
  description: name,
  inputSchema: { type: 'object' },
  price,
  tableName: 'bars',
  ...(CHARGES[name] && { charge: CHARGES[name] }),
  call: () => {
    runs += 1;
    onRun();
    return BEHAVIOUR[name]?.() ?? Promise.resolve(answer);
  },
});

/** One gateway's tools room on real PostgreSQL; `call` goes the whole way of a call. */
function gateway(rig: CreditRig, mode: 'optional' | 'required' = 'optional') {
  const config = testConfig({ tools: { timeout_seconds: 0.2 }, credits: { mode } });
  const clock = new SystemClock();
  const sources = new Sources();
  const catalog = new ToolCatalog(config, sources);
  catalog.onModuleInit();
  const tools = [...Object.keys(BEHAVIOUR).map((name) => tool(name, 2)), tool('dear', 40), tool('free', 0)];
  sources.register({ name: 'test', tools: () => tools, onChange: () => undefined });
  const recorder = new UsageRecorder(new UsageOutboxRepository(rig.postgres));
  const holds = new HoldRenewal(new CreditRepository(rig.postgres), clock, config);
  const meter = new ToolMeter(rig.ledger, holds, recorder, config, clock);
  const idempotency = new Idempotency(new IdempotentCallsRepository(rig.postgres));
  const observer = new ToolCallObserver(new Metrics(), new Tracing(undefined), clock);
  const calls = new ToolCalls(meter, idempotency, new ToolRunner(config), observer, clock);
  const call = async (name: string, options: CallOptions = {}): Promise<RecordedResult> =>
    calls.record(await calls.run(request(catalog, name, options), ({ result }) => result));
  return { call };
}

interface CallOptions {
  accountId?: number;
  idempotencyKey?: string;
  args?: Record<string, unknown>;
  cancellation?: Cancellation;
  apiKey?: NonNullable<Principal['apiKey']>;
}

const caller = (accountId?: number): Principal => ({
  userId: '00000000-0000-0000-0000-000000000001',
  role: 'user',
  scopes: new Set<Scope>(['tools:call']),
  apiKey: { id: 'key-1', name: 'k', allowedTools: null, rateLimitPerHour: null },
  ...(accountId !== undefined && { accountId }),
});

const request = (
  catalog: ToolCatalog,
  name: string,
  { accountId, idempotencyKey, args = {}, cancellation = new Cancellation(), apiKey }: CallOptions,
): ToolRequest => ({
  entry: catalog.get(name, caller()),
  arguments: args,
  principal: { ...caller(accountId), ...(apiKey && { apiKey }) },
  requestId: 'r-1',
  clientName: 'test',
  protocolVersion: '2025-11-25',
  transport: 'http',
  cancellation,
  client: SILENT_CLIENT,
  idempotencyKey,
});

const usageOf = (result: RecordedResult) => result._meta['tallygate/usage'];

async function state(accountId: number) {
  const [account] = await database.dataSource.query(
    `SELECT credits_balance::int AS balance, credits_held::int AS held,
            (SELECT count(*)::int FROM mcp.user_credit_transactions WHERE user_account_id = a.id AND transaction_type = 'usage') AS charges
     FROM mcp.user_accounts a WHERE id = $1`,
    [accountId],
  );
  return account as { balance: number; held: number; charges: number };
}

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

  it('costs nothing when the caller is gone before the tool runs, and is charged once when they go after', async () => {
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
      onRun = () => name === 'hangs' && cancellation.cancel();
      return usageOf(await gateway(rigs[0]!).call(name, { accountId, cancellation })).credits_charged;
    };
    expect(await cost('says_no', { tool_errors: false, cancelled: false })).toBe(0);
    expect(await cost('says_no', { tool_errors: true, cancelled: false })).toBe(2);
    expect(await cost('hangs', { tool_errors: true, cancelled: false })).toBe(0);
    expect(await cost('hangs', { tool_errors: true, cancelled: true })).toBe(2);
    for (const name of ['says_no', 'hangs']) delete CHARGES[name];
    onRun = () => undefined;
  });

  it('is refused without enough credits, before the tool runs; a cheaper one behind it is served', async () => {
    const accountId = await accountWith(rigs[0]!, 5);
    const before = runs;
    const [refused, served] = await Promise.all([
      gateway(rigs[0]!).call('dear', { accountId }),
      gateway(rigs[0]!).call('works', { accountId }),
    ]);
    expect(textOf(refused)).toMatch(/^Insufficient credits: need 40, have [35]\.$/);
    expect(refused.isError).toBe(true);
    expect(usageOf(served).credits_charged).toBe(2);
    expect(runs).toBe(before + 1);
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

describe('an idempotency key', () => {
  it('makes racing repetitions on two gateways run and charge once, and later ones get the first answer', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const gateways = rigs.map((rig) => gateway(rig));
    const before = runs;
    const options = { accountId, idempotencyKey: 'once-1', args: { n: 1 } };
    const racing = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => gateways[n % 2]!.call('works', options)));
    const answered = racing.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(answered.length).toBeGreaterThanOrEqual(1);
    expect(runs).toBe(before + 1);
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
      onRun = () => options.cancellation?.cancel();
      expect((await call(name, options)).isError).toBe(true);
      const before = runs;
      const again = call(name, { ...options, cancellation: new Cancellation() });
      await expect(again).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/may have had its effect/) });
      expect(runs).toBe(before);
    }
    onRun = () => undefined;
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
