import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import { TestClock } from '../../../test/support/test-clock.js';
import { InputRequired } from '../../tools/source/call-context.js';
import { RequestStates, type Round } from './request-states.service.js';

const caller = { userId: 'u1', role: 'user' as const, scopes: new Set<never>() };
const round = (params: Record<string, unknown> = {}, args = '{"a":1,"b":{"c":9007199254740993}}'): Round => ({
  caller,
  method: 'tools/call',
  params: { name: 'ask', ...params },
  sent: { params: new Map([['arguments', args]]) },
});
const clock = new TestClock();
const states = new RequestStates(testConfig(), clock);
const asked = (state: unknown) =>
  (JSON.parse(states.inputRequired(new InputRequired({}, state), round()).json) as { requestState: string }).requestState;

describe('the state of a round', () => {
  it('comes back unchanged, on any replica with the same secret, however the arguments are ordered', () => {
    const params = { requestState: asked({ step: 2 }), inputResponses: { who: {} } };
    const elsewhere = new RequestStates(testConfig(), clock);
    const again = round(params, '{ "b":{"c":9007199254740993}, "a":1 }');
    expect(elsewhere.inputOf(again)).toEqual({ responses: { who: {} }, state: { step: 2 } });
  });

  it('is optional: answers alone are input, and neither is the first round', () => {
    expect(states.inputOf(round({ inputResponses: {} }))).toEqual({ responses: {} });
    expect(states.inputOf(round())).toBeUndefined();
  });

  it.each([
    ['changed', () => round({ requestState: `${asked(1)}x` })],
    ['of another secret', () => round({ requestState: 'e30.AAAA' })],
    ['no text', () => round({ requestState: 5 })],
    ['of another tool', () => round({ requestState: asked(1), name: 'other' })],
    ['of other arguments', () => round({ requestState: asked(1) }, '{"a":1,"b":{"c":9007199254740992}}')],
    ['of another user', () => ({ ...round({ requestState: asked(1) }), caller: { ...caller, userId: 'u2' } })],
    ['of another method', () => ({ ...round({ requestState: asked(1) }), method: 'prompts/get' })],
  ])('is refused when it is %s', (_, of) => {
    expect(() => states.inputOf(of())).toThrow(/requestState/);
  });

  it('expires, and is bounded', () => {
    const requestState = asked(1);
    clock.advance(61 * 60_000);
    expect(() => states.inputOf(round({ requestState }))).toThrow(/expired/);
    expect(() => asked('x'.repeat(300_000))).toThrow(/larger than/);
  });
});
