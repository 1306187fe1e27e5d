import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/support/test-clock.js';
import { principalOf, type Principal } from '../access/principal.js';
import { Confirmation } from './confirmation.js';

const clock = new TestClock();
const confirmation = new Confirmation(clock);
const program = principalOf({ id: 'u1', role: 'admin' });
const inSession = (confirmedAt?: number): Principal => ({
  ...program,
  session: { id: 's1', expiresAt: new Date(), ...(confirmedAt !== undefined && { confirmedAt }) },
});

describe('What a browser that was left open must not do', () => {
  it('needs a password that was confirmed in the last 15 minutes', () => {
    const at = clock.now();
    expect(() => confirmation.demand(inSession())).toThrow('needs your password once more');
    clock.advance(15 * 60_000 - 1);
    expect(() => confirmation.demand(inSession(at))).not.toThrow();
    clock.advance(1);
    expect(() => confirmation.demand(inSession(at))).toThrow('needs your password once more');
  });

  it('is nothing to programs', () => {
    expect(() => confirmation.demand(program)).not.toThrow();
    expect(() => confirmation.demandForKey(program, ['admin'])).not.toThrow();
  });

  it('is to make a key that can change the gateway, and no other', () => {
    for (const scopes of [['admin'], ['tools:call', 'gateway:write']] as const)
      expect(() => confirmation.demandForKey(inSession(), scopes)).toThrow('needs your password once more');
    expect(() => confirmation.demandForKey(inSession(), ['tools:call', 'gateway:read', 'records:raw'])).not.toThrow();
  });
});
