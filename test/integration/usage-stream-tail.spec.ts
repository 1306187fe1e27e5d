import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { CallStreams } from '../../src/usage/live/call-streams.service.js';
import { LiveCallsRepository } from '../../src/usage/live/live-calls.repository.js';
import { eventually } from '../support/eventually.js';
import { ALL, OWN, StreamRig } from '../support/live/stream-rig.js';

jest.setTimeout(60_000);

describe('The reader of new calls', () => {
  let rig: StreamRig;
  let calls: LiveCallsRepository;
  let user: Principal;
  let someone: Principal;
  beforeAll(async () => {
    rig = await StreamRig.start();
    calls = rig.rest.app.get(LiveCallsRepository);
  });
  beforeEach(async () => {
    user = await rig.rest.newUser();
    someone = await rig.rest.newUser();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rig.leave();
  });
  afterAll(() => rig.stop());

  it('lets nobody wait for whose past cannot be read: they are told so, and go on', async () => {
    const between = calls.between.bind(calls);
    jest
      .spyOn(calls, 'between')
      .mockImplementation((...asked) =>
        asked[3] === someone.userId ? Promise.reject(new Error('too long')) : between(...asked),
      );
    const [well, ill] = [await rig.open(user), await rig.open(someone, OWN, { 'last-event-id': '1-1' })];
    await eventually(() => expect(ill.skipped).toEqual([null]));
    const [first] = await rig.call(user, {});
    const [second] = await rig.call(someone, {});
    await Promise.all([well.has(1), ill.has(2)]);
    expect([well.of('id'), ill.of('id')]).toEqual([[first], [second]]);
  });

  it('tells the others between those who come, of whom there may be many', async () => {
    const admin = await rig.rest.newUser('admin');
    const all = await rig.open(admin, ALL);
    await rig.looks(1);
    const users = await Promise.all([1, 2, 3].map(() => rig.rest.newUser()));
    const ask = calls.behind.bind(calls);
    const behind = jest.spyOn(calls, 'behind').mockImplementation(async (...asked) => {
      await eventually(() => expect(rig.rest.app.get(CallStreams).count).toBe(13)); // they come together
      return ask(...asked);
    });
    const between = jest.spyOn(calls, 'between');
    await Promise.all(users.flatMap((one) => [1, 2, 3, 4].map(() => rig.open(one))));
    await eventually(() => expect(between).toHaveBeenCalledTimes(12));
    const looks = behind.mock.invocationCallOrder;
    const lookBefore = between.mock.invocationCallOrder.map((order) => looks.findLastIndex((look) => look < order));
    for (const look of lookBefore) expect(lookBefore.filter((other) => other === look).length).toBeLessThanOrEqual(4);
    const [last] = await rig.call(users[0]!, {});
    await eventually(() => expect(all.of('id')).toContain(last));
  });

  it('reads no calls of users for whom nobody listens, and gets past them', async () => {
    const behind = jest.spyOn(calls, 'behind');
    const stream = await rig.open(user);
    await rig.call(someone, {}, {});
    const looked = () => Promise.all(behind.mock.results.map(({ value }) => value as ReturnType<LiveCallsRepository['behind']>));
    await eventually(async () => expect((await looked()).some(({ lookedAt }) => lookedAt > 0)).toBe(true));
    await rig.call(user, {});
    await stream.has(1);
    const read = (await looked()).flatMap((next) => next.calls);
    expect(read.map(({ event }) => event.user_id)).toEqual([user.userId]);
    expect((await looked()).reduce((sum, { lookedAt }) => sum + lookedAt, 0)).toBe(3);
  });

  it('says that calls may be missing when it could not look for half an hour, and goes on', async () => {
    const stream = await rig.open(user);
    await rig.call(user, {});
    await stream.has(1);
    rig.rest.clock.at = Date.now() + 31 * 60_000;
    try {
      await eventually(() => expect(stream.skipped).toEqual([null]));
      const [last] = await rig.call(user, {});
      await stream.has(3);
      expect(stream.of('id')[1]).toBe(last);
    } finally {
      rig.rest.clock.at = undefined;
    }
  });
});
