import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { NewNotice } from '../../src/notices/notice.js';
import { DeliveriesRepository } from '../../src/notices/outbox/deliveries.repository.js';
import { NoticesRepository } from '../../src/notices/outbox/notices.repository.js';
import { Recipients } from '../../src/notices/outbox/recipients.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { testConfig } from '../support/gateway/test-config.js';

const ENDPOINT = 'ops';
const webhooks = [{ name: ENDPOINT, url: 'https://ops.example.com/', secret: `whsec_${'A'.repeat(32)}` }];

describe('What is to be told', () => {
  let database: TestDatabase;
  let notices: NoticesRepository;
  beforeAll(async () => {
    database = await createTestDatabase();
    notices = new NoticesRepository(database.postgres, new Recipients(testConfig({ notices: { webhooks } })));
  });
  afterAll(() => database.drop());

  const add = (wanted: NewNotice[]) => notices.inTransaction((tx) => notices.add(tx, wanted));
  const lowCredits = (userId: string): NewNotice => ({
    kind: 'account.credits_low',
    subject: randomUUID(),
    userId,
    data: { user_id: userId, account_id: 1, credits_balance: 0, monthly_allocation: 50, percent: 0 },
  });
  const serverDown = (): NewNotice => ({
    kind: 'server.down',
    subject: 'one',
    data: { server_id: 'one', server_name: 'one', template_name: 'http', since: new Date(0).toISOString(), error: null },
  });
  const countOf = async (userId: string) =>
    (await database.dataSource.query<object[]>('SELECT FROM mcp.notices WHERE user_id = $1', [userId])).length;

  it('is at most ten notices of a kind and a user in a day, however they are caused', async () => {
    const [ada, bob] = [randomUUID(), randomUUID()];
    await add(Array.from({ length: 7 }, () => lowCredits(ada)));
    await add([...Array.from({ length: 7 }, () => lowCredits(ada)), lowCredits(bob)]);
    expect([await countOf(ada), await countOf(bob)]).toEqual([10, 1]);
    await database.dataSource.query(`UPDATE mcp.notices SET created_at = created_at - interval '25 hours'`);
    await add([lowCredits(ada)]);
    expect(await countOf(ada)).toBe(11);
  });

  it('is delivered before all that users cause, where it is of the operator’s own', async () => {
    await add([lowCredits(randomUUID())]);
    await add([serverDown()]);
    const room = [{ channel: 'webhook' as const, endpoint: ENDPOINT, room: 1 }];
    const [first] = await new DeliveriesRepository(database.postgres).take(room, 60_000);
    expect(first!.notice.kind).toBe('server.down');
  });
});
