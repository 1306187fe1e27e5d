import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SILENT_CLIENT, type CallClient, type InputRequired } from '../../src/tools/source/call-context.js';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import type { ToolCalls } from '../../src/tools/call/tool-calls.service.js';
import type { RecordedCall } from '../../src/tools/call/recorded-call.js';
import { accountWith } from '../support/databases/credit-rig.js';
import { eventually } from '../support/eventually.js';
import { database, resultOf, rigs, state, toolCalls, usageOf } from '../support/gateway/metered-tools.js';
import { LegacyUpstream } from '../support/upstreams/talking-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const PRICE = 3;
const upstream = new LegacyUpstream();
let rig: UpstreamRig;
let calls: ToolCalls;
let accountId: number;

beforeAll(async () => {
  await upstream.start();
  const config = { type: 'object', properties: { url: { type: 'string' } } };
  rig = new UpstreamRig({ old: { transport: 'http', url: '${config.url}', config, price: PRICE, timeout_seconds: 20 } });
  await rig.register(server('old-1', 'old', { url: upstream.url }));
  calls = toolCalls(rigs[0]!, rig.config, rig.runner, rig.suspendedCalls);
}, 60_000);
beforeEach(async () => (accountId = await accountWith(rigs[0]!, PRICE)));
afterEach(async () => {
  await rig.suspendedCalls.giveUpAll();
  await eventually(() => expect(upstream.asking).toBe(0));
});
afterAll(async () => {
  await rig.close();
  await upstream.stop();
});

/** One round of a call by a client of 2026-07-28. */
async function round(
  name: string,
  input?: CallClient['input'],
  { idempotencyKey, args = {}, pays = accountId }: { idempotencyKey?: string; args?: object; pays?: number | null } = {},
): Promise<RecordedCall> {
  const principal = { ...caller, userId: '00000000-0000-0000-0000-000000000001', ...(pays !== null && { accountId: pays }) };
  const client = { ...SILENT_CLIENT, capabilities: { elicitation: {} }, takesRounds: true, ...(input && { input }) };
  const entry = rig.catalog.get(`old__${name}`, principal);
  const about = { requestId: 'r', clientName: 't', protocolVersion: '2026-07-28', transport: 'http' as const };
  const request = {
    entry,
    arguments: { ...args },
    principal,
    cancellation: new Cancellation(),
    client,
    idempotencyKey,
    ...about,
  };
  return calls.record(await calls.run(request, (recorded) => recorded));
}
const asked = (result: RecordedCall): InputRequired => result.inputRequired!;
const answerTo = ({ state }: InputRequired, name = 'Ada') => ({
  state,
  responses: { 'question-1': { action: 'accept', content: { name } } },
});
const text = ({ content }: RecordedCall) => (content[0] as { text: string }).text;
const charged = (recorded: RecordedCall) => usageOf(resultOf(recorded)).credits_charged;
const books = async () => {
  const { balance, held, charges } = await state(accountId);
  return { balance, held, charges };
};
const errorsRecorded = async () => {
  const rows = await database.dataSource.query<{ code: string }[]>(
    `SELECT body::json->>'error_code' AS code FROM mcp.usage_outbox WHERE body::json->>'user_id' IS NOT NULL ORDER BY tx, seq`,
  );
  return rows.map(({ code }) => code);
};

describe('a priced call that asks its caller between rounds', () => {
  it('holds its price from the first round on, once, and is charged in the last', async () => {
    const question = asked(await round('greet'));
    expect(await books()).toEqual({ balance: PRICE, held: PRICE, charges: 0 });
    const last = await round('greet', answerTo(question));
    expect([text(last), charged(last)]).toEqual(['Hello, Ada', PRICE]);
    expect(await books()).toEqual({ balance: 0, held: 0, charges: 1 });
  });

  it('records each of its rounds', async () => {
    const before = (await errorsRecorded()).length;
    await round('greet', answerTo(asked(await round('greet'))));
    expect((await errorsRecorded()).slice(before).sort()).toEqual(['', 'INPUT_REQUIRED']);
  });

  it('is charged when it ends between two rounds, whether or not its caller comes back', async () => {
    asked(await round('guess'));
    await eventually(async () => {
      upstream.goOn.emit('now');
      expect(await books()).toEqual({ balance: 0, held: 0, charges: 1 });
    });
  });

  it('answers the rounds after its end, and is not charged again', async () => {
    const question = asked(await round('guess'));
    await eventually(async () => {
      upstream.goOn.emit('now');
      expect((await books()).charges).toBe(1);
    });
    const last = await round('guess', answerTo(question));
    expect([text(last), charged(last)]).toEqual(['Hello, whoever', PRICE]);
    expect(text(await round('guess', answerTo(question)))).toBe('Hello, whoever'); // the answer was lost on its way
    expect(await books()).toEqual({ balance: 0, held: 0, charges: 1 });
  });

  it('is of the account of its first round, though another one would pay now', async () => {
    const free = asked(await round('greet', undefined, { pays: null }));
    expect(charged(await round('greet', answerTo(free)))).toBe(0);
    expect(await books()).toEqual({ balance: PRICE, held: 0, charges: 0 });
    const priced = asked(await round('greet'));
    expect(charged(await round('greet', answerTo(priced), { pays: null }))).toBe(PRICE);
    expect(await books()).toEqual({ balance: 0, held: 0, charges: 1 });
  });

  it('keeps no large answer for its caller, and says what a call from the start would do', async () => {
    const question = asked(await round('guess'));
    await eventually(async () => {
      upstream.goOn.emit('now', 'x'.repeat(3_000_000));
      expect((await books()).charges).toBe(1);
    });
    expect(text(await round('guess', answerTo(question)))).toMatch(/has ended.*to run it once more|Insufficient credits/);
  });

  it('costs nothing when the gateway asks nobody, since too many wait already', async () => {
    accountId = await accountWith(rigs[0]!, 20 * PRICE);
    for (let n = 0; n < 16; n += 1) asked(await round('greet'));
    const refused = await round('greet');
    expect([text(refused), charged(refused)]).toEqual([expect.stringMatching(/Too many of your calls wait/), 0]);
    await rig.suspendedCalls.giveUpAll();
    expect(await books()).toEqual({ balance: 20 * PRICE, held: 0, charges: 0 });
  });

  it('is given up when its caller could not be told that it waits', async () => {
    await database.dataSource.query('ALTER TABLE mcp.usage_outbox RENAME TO usage_outbox_away');
    await expect(round('greet')).rejects.toThrow();
    await database.dataSource.query('ALTER TABLE mcp.usage_outbox_away RENAME TO usage_outbox');
    await eventually(async () => expect(await books()).toEqual({ balance: PRICE, held: 0, charges: 0 }), 15_000);
    expect(upstream.asking).toBe(0);
  });

  it('costs nothing when its caller never answers and the tool cannot go on without', async () => {
    asked(await round('greet'));
    await rig.suspendedCalls.giveUpAll();
    expect(await books()).toEqual({ balance: PRICE, held: 0, charges: 0 });
    expect((await errorsRecorded()).at(-1)).toBe('CANCELLED');
  });

  it('is charged when it ends in the second after it was given up', async () => {
    asked(await round('guess'));
    const over = rig.suspendedCalls.giveUpAll();
    upstream.goOn.emit('now');
    await over;
    expect(await books()).toEqual({ balance: 0, held: 0, charges: 1 });
  });
});

describe('an idempotency key', () => {
  it('is of one call through all its rounds: a first round again is asked the same, and runs nothing twice', async () => {
    const first = asked(await round('greet', undefined, { idempotencyKey: 'k-1' }));
    const again = asked(await round('greet', undefined, { idempotencyKey: 'k-1' }));
    expect([again.state, upstream.asking]).toEqual([first.state, 1]);
    const last = await round('greet', answerTo(again), { idempotencyKey: 'k-1' });
    expect([text(last), charged(last)]).toEqual(['Hello, Ada', PRICE]);
    const replayed = await round('greet', answerTo(again), { idempotencyKey: 'k-1' });
    expect([text(replayed), replayed.isReplayed]).toEqual(['Hello, Ada', true]);
    expect(await books()).toEqual({ balance: 0, held: 0, charges: 1 });
  });

  it('stays with a call that waits for its caller: no other call takes it', async () => {
    asked(await round('greet', undefined, { idempotencyKey: 'k-2' }));
    await expect(round('greet', undefined, { idempotencyKey: 'k-2', args: { other: 1 } })).rejects.toThrow(/another call/);
    await expect(round('guess', undefined, { idempotencyKey: 'k-2' })).rejects.toThrow(/another call/);
  });

  it('gives the answer of a call that has ended between rounds', async () => {
    asked(await round('guess', undefined, { idempotencyKey: 'k-3' }));
    await eventually(async () => {
      upstream.goOn.emit('now');
      expect((await books()).charges).toBe(1);
    });
    await rig.suspendedCalls.giveUpAll();
    expect(text(await round('guess', undefined, { idempotencyKey: 'k-3' }))).toBe('Hello, whoever');
    expect(await books()).toEqual({ balance: 0, held: 0, charges: 1 });
  });

  it('of a later round is one of the call too: neither a repetition nor a call from the start runs it again', async () => {
    const question = asked(await round('greet', undefined, { idempotencyKey: 'k-4' }));
    expect(text(await round('greet', answerTo(question), { idempotencyKey: 'k-5' }))).toBe('Hello, Ada');
    for (const again of [answerTo(question), undefined])
      expect(text(await round('greet', again, { idempotencyKey: 'k-5' }))).toBe('Hello, Ada');
    expect(text(await round('greet', undefined, { idempotencyKey: 'k-4' }))).toBe('Hello, Ada');
    expect(await books()).toEqual({ balance: 0, held: 0, charges: 1 });
  });

  it('of a later round that is another call’s, or none, is refused, and the call waits on', async () => {
    accountId = await accountWith(rigs[0]!, 3 * PRICE);
    asked(await round('guess', undefined, { idempotencyKey: 'k-6' }));
    const question = asked(await round('greet'));
    await expect(round('greet', answerTo(question), { idempotencyKey: 'k-6' })).rejects.toThrow(/another call/);
    await expect(round('greet', answerTo(question), { idempotencyKey: 'x y' })).rejects.toThrow(/visible ASCII/);
    expect(text(await round('greet', answerTo(question)))).toBe('Hello, Ada');
  });
});
