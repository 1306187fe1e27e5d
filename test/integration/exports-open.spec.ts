import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { UserChanges } from '../../src/auth/users/user-changes.service.js';
import { UserDeletion } from '../../src/auth/users/user-deletion.service.js';
import { Exports } from '../../src/rest/export/exports.service.js';
import { piecesOf } from '../../src/rest/export/table.js';
import { AccountsRest } from '../support/gateway/accounts-rest.js';
import { eventually } from '../support/eventually.js';

describe('A file that is being written', () => {
  let rest: AccountsRest;
  beforeAll(async () => {
    rest = await AccountsRest.start();
  }, 60_000);
  afterAll(() => rest.stop());

  it('ends when its reader is deleted or is no admin any more, and leaves places for admins', async () => {
    const exports = rest.app.get(Exports);
    const reader = async (role: 'admin' | 'user') => ({ ...(await rest.newUser(role)), role });
    const endless = { name: 'endless', columns: ['n'] as const, pieces: () => piecesOf(1, async () => [{ n: 1 }]) };
    const open = async (who: Principal) => (await exports.open(who, 'csv', endless)).getStream();
    const [user, boss, others] = [
      await reader('user'),
      await reader('admin'),
      await Promise.all([1, 2].map(() => reader('user'))),
    ];
    const own = [await open(user), await open(user)];
    await expect(open(user)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    const theirs = [await open(others[0]!), await open(others[0]!), await open(others[1]!), await open(others[1]!)];
    await expect(open(await reader('user'))).rejects.toMatchObject({ code: 'OVERLOADED' });
    const file = await open(boss);
    for (const stream of [...own, ...theirs, file]) stream.on('error', () => undefined);
    await rest.app.get(UserDeletion).delete({ via: 'gateway' }, user.userId);
    await rest.app.get(UserChanges).edit({ via: 'gateway' }, boss.userId, { role: 'user' });
    await eventually(() => expect([...own, file].map(({ destroyed }) => destroyed)).toEqual([true, true, true]));
    expect(theirs.map(({ destroyed }) => destroyed)).toEqual([false, false, false, false]);
    for (const stream of theirs) stream.destroy();
  });
});
