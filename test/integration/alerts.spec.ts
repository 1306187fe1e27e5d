import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Principal } from '../../src/auth/access/principal.js';
import { AlertCipher } from '../../src/notices/alerts/alert-cipher.js';
import { UserWebhooks } from '../../src/notices/alerts/user-webhooks.service.js';
import { eventually } from '../support/eventually.js';
import { MailServer } from '../support/notices/mail-server.js';
import { NoticesRest, webhookTo } from '../support/notices/notices-rest.js';
import { WebhookReceiver } from '../support/notices/webhook-receiver.js';

jest.setTimeout(60_000);

const ALERTS = '/api/mcp/alerts';
/** A name that leads nowhere: taken, since it may one day, and never reached. */
const PUBLIC = 'https://hooks.example.invalid/credits?token=s3cret-of-the-url';

/** Takes connections and says nothing. */
class DeadEndpoint {
  readonly open = new Set<Socket>();
  most = 0;
  private readonly server: Server = createServer((socket) => {
    this.open.add(socket);
    this.most = Math.max(this.most, this.open.size);
    socket.on('close', () => this.open.delete(socket)).on('error', () => undefined);
  });

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async start(): Promise<this> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  stop(): void {
    for (const socket of this.open) socket.destroy();
    this.server.close();
  }
}

let mail: MailServer;
let operator: WebhookReceiver;
let dead: DeadEndpoint;
let gateway: NoticesRest;

beforeAll(async () => {
  [mail, operator, dead] = await Promise.all([
    new MailServer().start(),
    new WebhookReceiver().start(),
    new DeadEndpoint().start(),
  ]);
  const smtp = { url: mail.url, from: 'gateway@example.com', to: ['operator@example.com'] };
  const webhooks = [webhookTo(operator, { name: 'operator' })];
  gateway = await NoticesRest.start({ webhooks, smtp, mail_users: true, user_webhooks: true });
  await gateway.startAnother(); // which sees and delivers the same, and tells none of it again
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await Promise.all([mail.stop(), operator.stop()]);
  dead.stop();
});
beforeEach(() => {
  mail.mails.length = operator.received.length = 0;
});

const set = (who: Principal, body: object) => gateway.rest.put(who, ALERTS, body);
const shown = async (who: Principal) => (await gateway.rest.get(who, ALERTS).expect(200)).body as Record<string, unknown>;
const query = (sql: string, values: unknown[] = []) => gateway.rest.database.postgres.query<Record<string, unknown>>(sql, values);
/** Puts an endpoint there that this gateway does not allow, as one would that allows it. */
async function setElsewhere(who: Principal, url: string): Promise<void> {
  const sealed = gateway.rest.app.get(AlertCipher).seal(who.userId, { url, secret: operator.secret });
  await query('INSERT INTO mcp.user_alerts (user_id, webhook) VALUES ($1, $2)', [who.userId, sealed]);
}

describe('The endpoint of a user', () => {
  let user: Principal;
  beforeEach(async () => {
    ({ user } = await gateway.rest.newAccount());
  });

  it.each([
    ['http://hooks.example.com/', 'must be an https:// URL'],
    ['file:///etc/passwd', 'must be an https:// URL'],
    ['https://', 'must be an https:// URL'],
    ['https://user:password@hooks.example.com/', 'must not have a user or a password in it'],
    ['https://hooks.example.com/#part', 'must not have anything behind "#"'],
    ['https://127.0.0.1/', 'it is not at a public address'],
    ['https://2130706433/', 'it is not at a public address'],
    ['https://0x7f.1/', 'it is not at a public address'],
    ['https://localhost:8000/', 'it is not at a public address'],
    ['https://10.0.0.7/', 'it is not at a public address'],
    ['https://169.254.169.254/latest/meta-data/', 'it is not at a public address'],
    ['https://[::1]/', 'it is not at a public address'],
    ['https://[::ffff:10.0.0.1]/', 'it is not at a public address'],
    ['https://[64:ff9b::a00:1]/', 'it is not at a public address'],
    ['https://[fd00::1]/', 'it is not at a public address'],
  ])('is not %s: %s', async (webhook_url, words) => {
    const { body, text } = await set(user, { webhook_url }).expect(400);
    expect((body as { detail: unknown }).detail).toEqual([
      { loc: ['body', 'webhook_url'], msg: expect.stringContaining(words), type: 'value_error.url' },
    ]);
    expect(text).not.toContain('user_webhook_networks');
    expect(await shown(user)).toMatchObject({ webhook_url: null });
  });

  it('is judged again when it is connected to, whatever was known when it was given; how it is inside is not told', async () => {
    await setElsewhere(user, dead.url);
    await gateway.rest.post(user, `${ALERTS}/test`).expect(202);
    const last = await eventually(async () => {
      const { last_delivery } = (await shown(user)) as { last_delivery: { last_attempt: { error: string } | null } };
      expect(last_delivery.last_attempt).not.toBeNull();
      return last_delivery;
    });
    expect(last).toMatchObject({ kind: 'test', last_attempt: { status: null, error: 'it is not at a public address' } });
    expect(dead.open.size).toBe(0);
  });

  it('has a secret of its own, shown once, stored sealed, and renewed', async () => {
    const { body, headers } = await set(user, { webhook_url: PUBLIC }).expect(200);
    const { webhook_secret: secret } = body as { webhook_secret: string };
    expect(headers['cache-control']).toBe('no-store');
    expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
    expect(body).toMatchObject({ webhook_url: PUBLIC, told_by: ['mail', 'webhook'], problem: null, last_delivery: null });
    expect(JSON.stringify(await shown(user))).not.toContain(secret);
    const moved = await set(user, { webhook_url: `${PUBLIC}2` }).expect(200);
    expect(moved.body).toMatchObject({ webhook_secret: null, webhook_url: `${PUBLIC}2` });
    const renewed = (await gateway.rest.post(user, `${ALERTS}/secret`).expect(200)).body as { webhook_secret: string };
    expect(renewed.webhook_secret).not.toBe(secret);
    const stored = (await query('SELECT webhook FROM mcp.user_alerts WHERE user_id = $1', [user.userId]))[0]![
      'webhook'
    ] as Buffer;
    for (const part of [secret, 's3cret', 'whsec_', 'example']) expect(stored.toString('latin1')).not.toContain(part);
    const gone = await set(user, { webhook_url: null }).expect(200);
    expect(gone.body).toMatchObject({ webhook_url: null, webhook_secret: null, told_by: ['mail'] });
    await gateway.rest.post(user, `${ALERTS}/secret`).expect(409);
  });

  it('of two changes at once has one secret, which one of the two answers shows', async () => {
    const answers = await Promise.all([1, 2, 3].map((n) => set(user, { webhook_url: `${PUBLIC}${n}` }).expect(200)));
    expect(answers.filter(({ body }) => (body as { webhook_secret: string | null }).webhook_secret !== null)).toHaveLength(1);
  });

  it('is written down as every change of an account is, without what is secret of it', async () => {
    await set(user, { webhook_url: PUBLIC, low_balance: 20 }).expect(200);
    await set(user, { webhook_url: PUBLIC }).expect(200); // as it is: nothing to write down
    await gateway.rest.post(user, `${ALERTS}/secret`).expect(200);
    await set(user, { webhook_url: null, low_balance: null }).expect(200);
    const { body, text } = await gateway.rest
      .get(gateway.admin, `/api/admin/audit?actor_id=${user.userId}&action=account.alerts_changed`)
      .expect(200);
    expect((body as { entries: { details: object }[] }).entries.map(({ details }) => details)).toEqual([
      { webhook: 'removed', low_balance: { before: 20, after: null } },
      { webhook: 'secret_renewed' },
      { webhook: 'set', low_balance: { before: null, after: 20 } },
    ]);
    for (const part of ['s3cret', 'whsec_', 'hooks.example']) expect(text).not.toContain(part);
  });

  it('is forgotten with its user', async () => {
    await set(user, { webhook_url: PUBLIC }).expect(200);
    await gateway.rest.delete(gateway.admin, `/api/admin/users/${user.userId}`).expect(204);
    expect(await query('SELECT FROM mcp.user_alerts WHERE user_id = $1', [user.userId])).toEqual([]);
  });

  it('is tested at most five times an hour, and only where there is an account', async () => {
    for (let n = 0; n < 5; n += 1) await gateway.rest.post(user, `${ALERTS}/test`).expect(202, { told_by: ['mail'] });
    const { body, headers } = await gateway.rest.post(user, `${ALERTS}/test`).expect(429);
    expect(body).toMatchObject({ detail: expect.stringContaining('At most 5 test notices an hour') });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const nobody = await gateway.rest.newUser();
    await gateway.rest.post(nobody, `${ALERTS}/test`).expect(404);
    await gateway.rest.get(nobody, ALERTS).expect(404);
    await set(nobody, { low_balance: 1 }).expect(404);
  });

  it('that is gone, or whose user is switched off, gets nothing more, and nothing is tried again', async () => {
    await set(user, { webhook_url: PUBLIC }).expect(200);
    await query('UPDATE mcp.users SET is_active = false WHERE id = $1', [user.userId]);
    const outcome = await gateway.rest.app.get(UserWebhooks).send(
      {
        ...{ id: 1, channel: 'user_webhook', endpoint: user.userId, tries: 1 },
        notice: { id: 'n', kind: 'test', data: {}, createdAt: new Date() },
      },
      new AbortController().signal,
    );
    expect(outcome).toEqual({ isDelivered: false, status: null, error: 'there is no endpoint any more', isFinal: true });
  });
});

describe('A low balance of which its holder wants to be told', () => {
  const mailsTo = (email: string) => mail.mails.filter(({ to }) => to.includes(email)).map(({ raw }) => raw);

  it('is told to them alone, once, and again when there was more in between', async () => {
    const { account, user } = await gateway.rest.newAccount();
    await set(user, { low_balance: 30 }).expect(200);
    await gateway.isScanned();
    await gateway.rest.call(account, user, 15);
    await gateway.isScanned();
    expect(mailsTo(account.user_email)).toEqual([]);
    await gateway.rest.call(account, user, 5);
    await eventually(() => expect(mailsTo(account.user_email)).toHaveLength(1));
    expect(mailsTo(account.user_email)[0]).toMatch(/Credits are running low/);
    await set(user, { low_balance: 40 }).expect(200); // more than there is: told already
    for (let n = 0; n < 3; n += 1) await gateway.isScanned();
    expect([mailsTo(account.user_email).length, mailsTo('operator@example.com'), operator.received]).toEqual([1, [], []]);
    const credits = { amount: 20, reason: 'test' };
    await gateway.rest.post(gateway.admin, `/api/admin/mcp/accounts/${account.id}/add-credits`, credits).expect(200);
    await gateway.isScanned();
    await query(`UPDATE mcp.notices SET created_at = created_at - interval '2 hours'`);
    await gateway.rest.call(account, user, 10);
    await eventually(() => expect(mailsTo(account.user_email)).toHaveLength(2));
  });

  it('that holds already is told at once', async () => {
    const { account, user } = await gateway.rest.newAccount();
    await set(user, { low_balance: 50 }).expect(200);
    await eventually(() => expect(mailsTo(account.user_email)).toHaveLength(1));
  });

  it('is a number of credits', async () => {
    const { user } = await gateway.rest.newAccount();
    for (const low_balance of [-1, 0.5, 1_000_000_001, 'x']) await set(user, { low_balance }).expect(422);
    await set(user, { low_balance: 0, webhook_url: `https://${'x'.repeat(2_100)}` }).expect(422);
    expect(await shown(user)).toMatchObject({ low_balance: null });
  });
});

// From here on with databases of their own: the last gateway that starts is the one that admits logins.

describe('An endpoint that is away', () => {
  it('delays neither operators nor other users, and takes one attempt at a time', async () => {
    const lax = { user_webhooks: true, user_webhook_networks: ['127.0.0.0/8'], timeout_seconds: 5 };
    const other = await NoticesRest.start({ webhooks: [webhookTo(operator, { name: 'operator' })], ...lax });
    const hanging = await new DeadEndpoint().start();
    const holders = await Promise.all([1, 2, 3].map(() => other.rest.newAccount()));
    for (const { user } of holders) await other.rest.put(user, ALERTS, { webhook_url: hanging.url }).expect(200);
    for (let n = 0; n < 4; n += 1) for (const { user } of holders) await other.rest.post(user, `${ALERTS}/test`).expect(202);
    await eventually(() => expect(hanging.open.size).toBe(holders.length));
    const closed = await new WebhookReceiver().start();
    const { url } = closed;
    await closed.stop();
    const prompt = await other.rest.newAccount();
    await other.rest.put(prompt.user, ALERTS, { webhook_url: url.replace('http:', 'https:') }).expect(200);
    await other.rest.post(prompt.user, `${ALERTS}/test`).expect(202);
    await other.test('operator');
    await eventually(() => expect(operator.received).toHaveLength(1), 3_000);
    await eventually(async () => {
      const { body } = await other.rest.get(prompt.user, ALERTS);
      expect(body).toMatchObject({ last_delivery: { last_attempt: { error: expect.stringContaining('ECONNREFUSED') } } });
    }, 3_000);
    expect(hanging.most).toBe(holders.length);
    await other.stop();
    hanging.stop();
  });
});

describe('A gateway that neither mails its users nor tells their endpoints', () => {
  it('takes no endpoint by default, and says that nobody would hear of anything', async () => {
    const plain = await NoticesRest.start({});
    const { user } = await plain.rest.newAccount();
    const { body } = await plain.rest.put(user, ALERTS, { webhook_url: PUBLIC }).expect(409);
    expect(body).toMatchObject({ detail: expect.stringContaining('notices.user_webhooks') });
    const { body: low } = await plain.rest.put(user, ALERTS, { low_balance: 10 }).expect(200);
    expect(low).toMatchObject({ low_balance: 10, told_by: [], problem: expect.stringContaining('no way to tell you') });
    await plain.rest.post(user, `${ALERTS}/test`).expect(409);
    expect(await plain.rest.database.postgres.query('SELECT FROM mcp.notice_scans')).toEqual([]);
    await plain.stop();
  });

  it('looks for nothing until the first user has an endpoint', async () => {
    const alone = await NoticesRest.start({ user_webhooks: true });
    const { user } = await alone.rest.newAccount();
    await alone.isScanned();
    expect(await alone.rest.database.postgres.query('SELECT FROM mcp.notice_scans')).toEqual([]);
    await alone.rest.put(user, ALERTS, { webhook_url: PUBLIC }).expect(200);
    for (const kind of ['account.credits_low', 'account.credits_low:own', 'api_key.expiring'])
      await eventually(() => alone.isLookedFor(kind));
    await expect(alone.isLookedFor('tool.quarantined')).rejects.toThrow();
    await alone.stop();
  });
});
