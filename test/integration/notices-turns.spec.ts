import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { OccasionsRepository } from '../../src/notices/occasions/occasions.repository.js';
import { eventually } from '../support/eventually.js';
import { NoticesRest, webhookTo } from '../support/notices/notices-rest.js';
import { WebhookReceiver } from '../support/notices/webhook-receiver.js';

jest.setTimeout(60_000);

let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await new WebhookReceiver().start();
});
afterAll(() => receiver.stop());

describe('Notices that are switched on', () => {
  let gateway: NoticesRest;
  beforeEach(async () => {
    gateway = await NoticesRest.start({ webhooks: [webhookTo(receiver, { kinds: ['server.down'] })] });
  });
  afterEach(() => gateway.stop());

  const newlyLow = async (): Promise<{ id: number; user: Principal }> => {
    const { account, user } = await gateway.rest.newAccount();
    await gateway.rest.call(account, user, 50);
    return { id: account.id, user };
  };
  const told = () => receiver.of('account.credits_low').map(({ data }) => data['account_id']);

  it('tell what begins from then on, and not of the accounts that were low already', async () => {
    const before = await newlyLow();
    await gateway.startAnother({ webhooks: [webhookTo(receiver)] });
    await eventually(() => gateway.isLookedFor('account.credits_low'));
    const since = await newlyLow();
    await eventually(() => expect(told()).toContain(since.id));
    for (let n = 0; n < 3; n += 1) await gateway.isScanned();
    expect(told()).not.toContain(before.id);
  });
});

describe('Of two gateways', () => {
  it('one looks for a kind in an interval; the next interval is anybody’s', async () => {
    const gateway = await NoticesRest.start({});
    const one = gateway.rest.app.get(OccasionsRepository);
    const other = (await gateway.startAnother()).get(OccasionsRepository);
    const { postgres } = gateway.rest.database;
    const turn = (of: OccasionsRepository, everyMs: number) =>
      postgres.transaction((tx) => of.takeTurn(tx, 'account.credits_low', everyMs));
    expect(await turn(one, 60_000)).toEqual({ isFirst: true });
    expect([await turn(other, 60_000), await turn(one, 60_000)]).toEqual([undefined, undefined]);
    expect(await turn(other, 0)).toEqual({ isFirst: false });
    await one.lookOnlyFor(['api_key.expiring']);
    expect(await turn(other, 60_000)).toEqual({ isFirst: true });
    await gateway.stop();
  });
});
