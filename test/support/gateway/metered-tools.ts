import type { ApiKeysRepository } from '../../../src/api-keys/keys/api-keys.repository.js';
import { KeyUsageTracker } from '../../../src/api-keys/verification/key-usage.tracker.js';
import { afterAll, beforeAll } from '@jest/globals';
import type { Principal } from '../../../src/auth/access/principal.js';
import type { Scope } from '../../../src/auth/access/scopes.js';
import type { KeyAdmission } from '../../../src/api-keys/verification/key-admission.service.js';
import type { AppConfig } from '../../../src/config/app-config.js';
import { SystemClock } from '../../../src/common/clock.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { Tracing } from '../../../src/telemetry/tracing.js';
import { Idempotency } from '../../../src/tools/call/idempotency.service.js';
import { IdempotentCallsRepository } from '../../../src/tools/call/idempotent-calls.repository.js';
import type { ToolRequest } from '../../../src/tools/call/tool-call.js';
import { ToolCalls } from '../../../src/tools/call/tool-calls.service.js';
import { ToolCallObserver } from '../../../src/tools/call/tool-call.observer.js';
import { Cancellation } from '../../../src/common/concurrency/cancellation.js';
import { SILENT_CLIENT } from '../../../src/tools/source/call-context.js';
import { Sources } from '../../../src/tools/catalog/sources.service.js';
import type { CatalogTool } from '../../../src/tools/catalog/catalog-tool.js';
import { ToolCatalog } from '../../../src/tools/catalog/tool-catalog.service.js';
import { Tariff } from '../../../src/tariff/tariff.js';
import { ToolMeter } from '../../../src/tools/call/tool-meter.service.js';
import { ToolRunner } from '../../../src/tools/call/tool-runner.service.js';
import { SuspendedCalls } from '../../../src/tools/rounds/suspended-calls.service.js';
import { ToolInputError, type Tool, type ToolResult } from '../../../src/tools/source/tool-source.js';
import type { RecordedCall, ToolResultJson } from '../../../src/tools/call/recorded-call.js';
import { creditReplicas, type CreditRig } from '../databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../databases/test-database.js';
import { Refusals } from '../../../src/telemetry/refusals.js';
import { testConfig } from './test-config.js';

export let database: TestDatabase;
/** Of two gateways. */
export let rigs: CreditRig[];
let closeReplicas: () => Promise<void>;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ rigs, close: closeReplicas } = await creditReplicas(database.url, 2));
  for (const { upkeep } of rigs) upkeep.onApplicationBootstrap();
});
afterAll(async () => {
  for (const { upkeep } of rigs) await upkeep.close();
  await closeReplicas();
  await database.drop();
});

/** What the books say of an account, and what running calls hold of it. */
export async function state(accountId: number) {
  for (const { leases } of rigs) await leases.settle(leases.held);
  await rigs[0]!.posting.post();
  const [account] = await database.dataSource.query(
    `SELECT balance::int, held::int,
            (SELECT count(*)::int FROM mcp.credit_ledger WHERE user_account_id = a.id AND transaction_type = 'usage') AS charges
     FROM mcp.accounts a WHERE id = $1`,
    [accountId],
  );
  return account as { balance: number; held: number; charges: number };
}

/** What `works` answers. */
export const answer: ToolResult = { content: [{ type: 'text', text: 'ok' }], usage: { recordCount: 3, tableName: 'bars' } };
/** What the tools have done, and what happens when one runs. */
export const watched: { runs: number; onRun: () => void } = { runs: 0, onRun: () => undefined };

/** What each tool does; tests may change it for a moment. */
export const BEHAVIOUR: Record<string, () => Promise<ToolResult>> = {
  works: () => Promise.resolve(answer),
  says_no: () => Promise.resolve({ ...answer, isError: true }),
  refuses_input: () => Promise.reject(new ToolInputError('reversed range')),
  breaks: () => Promise.reject(new Error('backend is down')),
  hangs: () => new Promise(() => undefined),
};

/** What tools cost that did not do what was asked, where their template says so. */
export const CHARGES: Record<string, NonNullable<Tool['charge']>> = {};

/** An object of so many levels. */
export function nested(levels: number): Record<string, unknown> {
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
    watched.runs += 1;
    watched.onRun();
    return BEHAVIOUR[name]?.() ?? Promise.resolve(answer);
  },
});

/** One gateway's tools room on real PostgreSQL; `call` goes the whole way of a call. */
export function gateway(rig: CreditRig, mode: 'optional' | 'required' = 'optional') {
  const config = testConfig({ tools: { timeout_seconds: 0.2 }, credits: { mode } });
  const sources = new Sources();
  const catalog = new ToolCatalog(config, sources, new Tariff(config), new Refusals(new SystemClock()));
  catalog.onModuleInit();
  const tools = [...Object.keys(BEHAVIOUR).map((name) => tool(name, 2)), tool('dear', 40), tool('free', 0)];
  sources.register({ name: 'test', tools: () => tools, onChange: () => undefined });
  const runner = new ToolRunner(config);
  const calls = toolCalls(rig, config, runner, new SuspendedCalls(runner, {} as KeyAdmission, new SystemClock()));
  const call = async (name: string, options: CallOptions = {}): Promise<ToolResultJson> =>
    calls.record(await calls.run(request(catalog, name, options), resultOf));
  return { call };
}

/** The story of a call, with its parts, on the PostgreSQL of `rig`. */
export function toolCalls(rig: CreditRig, config: AppConfig, runner: ToolRunner, suspendedCalls: SuspendedCalls): ToolCalls {
  const { meter, observer, clock } = metering(rig, config);
  const idempotency = new Idempotency(new IdempotentCallsRepository(rig.postgres));
  return new ToolCalls(meter, idempotency, runner, suspendedCalls, observer, clock);
}

/** What a call costs and who sees it, on the PostgreSQL of `rig`. */
export function metering(rig: CreditRig, config: AppConfig) {
  const clock = new SystemClock();
  const meter = new ToolMeter(
    rig.leases,
    rig.budgets,
    rig.recorder,
    new KeyUsageTracker({} as ApiKeysRepository),
    new Refusals(clock),
    config,
    clock,
  );
  return { meter, observer: new ToolCallObserver(new Metrics(), new Tracing(undefined), clock), clock };
}

export interface CallOptions {
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

const request = (catalog: ToolCatalog, name: string, options: CallOptions): ToolRequest =>
  requestFor(catalog.get(name, caller()), options);

/** A call of it, as it came in. */
export const requestFor = (
  entry: CatalogTool,
  { accountId, idempotencyKey, args = {}, cancellation = new Cancellation(), apiKey }: CallOptions,
): ToolRequest => ({
  entry,
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

/** The result that MCP answers with, read again. */
export const resultOf = ({ json }: RecordedCall): ToolResultJson => JSON.parse(json.result) as ToolResultJson;

/** What an answer says of its cost. */
export const usageOf = (result: ToolResultJson) => result._meta['tallygate/usage'];
