import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SILENT_CLIENT } from '../../src/tools/source/call-context.js';
import type { ToolRequest } from '../../src/tools/call/tool-call.js';
import type { ToolCalls } from '../../src/tools/call/tool-calls.service.js';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import type { ToolResultJson } from '../../src/tools/call/recorded-call.js';
import { accountWith, creditReplicas, type CreditRig } from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { resultOf, toolCalls } from '../support/gateway/metered-tools.js';
import { TestUpstream, type Behaviour } from '../support/upstreams/test-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const upstream = new TestUpstream();
const pool = {
  transport: 'http',
  url: '${config.url}',
  headers: { Authorization: 'Bearer upstream-secret-1' },
  config: { type: 'object', properties: { url: { type: 'string' } } },
  price: 3,
  timeout_seconds: 1,
};
let database: TestDatabase;
let credits: CreditRig;
let closeCredits: () => Promise<void>;
let rig: UpstreamRig;
let calls: ToolCalls;

beforeAll(async () => {
  database = await createTestDatabase();
  const replicas = await creditReplicas(database.url, 1);
  [credits, closeCredits] = [replicas.rigs[0]!, replicas.close];
  await upstream.start();
  rig = new UpstreamRig({ pool });
  await rig.register(server('a', 'pool', { url: upstream.url }));
  calls = toolCalls(credits, rig.config, rig.runner, rig.suspendedCalls);
}, 60_000);
afterAll(async () => {
  await rig.close();
  await upstream.stop();
  await closeCredits();
  await database.drop();
});

async function call(accountId: number): Promise<ToolResultJson> {
  const principal = { ...caller, userId: '00000000-0000-0000-0000-000000000001', accountId };
  const request: ToolRequest = {
    entry: rig.catalog.get('pool__act', principal),
    arguments: {},
    principal,
    requestId: 'r-1',
    clientName: 'test',
    protocolVersion: '2025-11-25',
    transport: 'http',
    cancellation: new Cancellation(),
    client: SILENT_CLIENT,
  };
  return calls.record(await calls.run(request, resultOf));
}

async function balanceOf(accountId: number): Promise<{ balance: number; held: number }> {
  const { balance, held } = await credits.ledger.balance(accountId);
  return { balance, held };
}

const chargedFor = ({ _meta }: ToolResultJson) => _meta['tallygate/usage'].credits_charged;

it('a call that a server answers is charged once', async () => {
  const accountId = await accountWith(credits, 50);
  expect(chargedFor(await call(accountId))).toBe(3);
  expect(await balanceOf(accountId)).toEqual({ balance: 47, held: 0 });
});

it.each<Behaviour>(['error-500', 'hang', 'garbage', 'reset'])(
  'a call that its server fails (%s) costs nothing',
  async (behaviour) => {
    const accountId = await accountWith(credits, 50);
    upstream.behaviour = behaviour;
    const result = await call(accountId);
    upstream.behaviour = 'answer';
    expect([result.isError, chargedFor(result)]).toEqual([true, 0]);
    expect(await balanceOf(accountId)).toEqual({ balance: 50, held: 0 });
  },
);
