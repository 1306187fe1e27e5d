import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MailSender } from '../../src/notices/delivery/mail-sender.js';
import type { Notice } from '../../src/notices/notice.js';
import { eventually } from '../support/eventually.js';
import { MailServer } from '../support/notices/mail-server.js';
import { NoticesRest } from '../support/notices/notices-rest.js';

jest.setTimeout(60_000);

const FROM = 'gateway@example.com';
let server: MailServer;
let gateway: NoticesRest | undefined;
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await server.stop();
});

const notice = (data: Notice['data'], kind: Notice['kind'] = 'api_key.expiring'): Notice => ({
  id: '0b1f0f9e-0000-4000-8000-000000000001',
  kind,
  data,
  createdAt: new Date('2026-01-01T00:00:00Z'),
});
const never = new AbortController().signal;

describe('Mail', () => {
  it('goes to operators, and to a user what is about their own account, as plain text', async () => {
    server = await new MailServer().start();
    const smtp = { url: server.url, from: FROM, to: ['operator@example.com'] };
    gateway = await NoticesRest.start({ smtp, mail_users: true });
    const { account, user } = await gateway.rest.newAccount();
    await gateway.rest.newAccount(); // who is told nothing
    await gateway.rest.call(account, user, 47);
    await eventually(() => expect(server.mails).toHaveLength(2));
    const email = (account as { user_email?: string }).user_email!;
    expect(server.mails.flatMap(({ to }) => to).sort()).toEqual(['operator@example.com', email].sort());
    const { from, raw } = server.mails.find(({ to }) => to[0] === email)!;
    expect(from).toBe(FROM);
    for (const line of [/^From: Tallygate <gateway@example.com>/m, /^Subject: \[Tallygate\] Credits are running low/m])
      expect(raw).toMatch(line);
    expect(raw).toMatch(/^Content-Type: text\/plain/m);
    expect(raw.replace(/=\r\n/g, '')).toMatch(/has 3 credits\s+left, of 50\s+a month/);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated/m);
  });

  it('has the link of somebody who is invited, which nothing else keeps; the admin has it where the mail is refused', async () => {
    server = await new MailServer().start();
    server.refuse = (recipient) => (recipient.startsWith('unknown') ? 550 : undefined);
    gateway = await NoticesRest.start({ smtp: { url: server.url, from: FROM } });
    const invite = async (email: string) =>
      (await gateway!.rest.post(gateway!.admin, '/api/admin/users/invite', { email }).expect(201)).body as Record<string, string>;
    const invited = await invite('ada@example.com');
    expect(invited).toMatchObject({ is_mailed: true, link: expect.stringContaining('/password#') });
    const [{ to, raw } = { to: [], raw: '' }] = server.mails;
    expect(to).toEqual(['ada@example.com']);
    expect(raw.replace(/=\r\n/g, '').replace(/=3D/g, '=')).toContain(invited['link']);
    expect(raw).toMatch(/^Subject: \[Tallygate\] You are invited/m);
    expect(await gateway.rest.database.postgres.query('SELECT FROM mcp.notices')).toEqual([]);
    expect(await invite('unknown@example.com')).toMatchObject({ is_mailed: false, link: expect.stringContaining('/password#') });
  });

  it('is not for a user who was switched off', async () => {
    server = await new MailServer().start();
    gateway = await NoticesRest.start({ smtp: { url: server.url, from: FROM, to: ['operator@example.com'] }, mail_users: true });
    const { account, user } = await gateway.rest.newAccount();
    await gateway.rest.database.dataSource.query('UPDATE mcp.users SET is_active = false WHERE id = $1', [user.userId]);
    await gateway.rest.call(account, user, 47);
    await eventually(() => expect(server.mails).toHaveLength(1));
    expect(server.mails[0]!.to).toEqual(['operator@example.com']);
    expect(await gateway.deliveries('channel=mail')).toHaveLength(1);
  });

  it('that is refused for now is sent again; for good, it is given up', async () => {
    server = await new MailServer().start();
    let tries = 0;
    server.refuse = (recipient) => (recipient.startsWith('full') ? 550 : (tries += 1) < 3 ? 451 : undefined);
    gateway = await NoticesRest.start({ smtp: { url: server.url, from: FROM, to: ['full@example.com', 'busy@example.com'] } });
    const ids = await gateway.test();
    const deliveries = (await gateway.deliveries()).filter(({ id }) => ids.includes(id));
    const of = (endpoint: string) => deliveries.find((one) => one.endpoint === endpoint)!.id;
    const statuses = async (id: number, state: string) => (await gateway!.ended(id, state)).attempts.map(({ status }) => status);
    expect(await statuses(of('full@example.com'), 'failed')).toEqual([550]);
    expect(await statuses(of('busy@example.com'), 'delivered')).toEqual([451, 451, 250]);
    expect(server.mails).toHaveLength(1);
  });

  it('cannot be given headers or recipients by what strangers name', async () => {
    server = await new MailServer().start();
    const sender = new MailSender({ url: server.url, from: FROM, to: [], kinds: ['server.up'] }, 5_000);
    const key_name = 'x"\r\nBcc: spy@example.com\r\n\r\nClick here\u2028now';
    const data = { key_name, key_prefix: 'tg_', email: 'a@example.com', expires_at: '2026-01-08T00:00:00Z' };
    expect(await sender.send(notice(data), 'a@example.com', never)).toMatchObject({ isDelivered: true });
    const [{ to, raw } = { to: [], raw: '' }] = server.mails;
    expect(to).toEqual(['a@example.com']);
    const headers = raw.slice(0, raw.indexOf('\r\n\r\n'));
    expect(headers).not.toMatch(/^Bcc:/im);
    expect(headers.match(/^To: .*/m)![0]).toBe('To: a@example.com');
    expect(raw).not.toMatch(/^Click here/m);
  });

  it('needs no password, but sends none over a connection that is not encrypted', async () => {
    server = await new MailServer().start();
    const settings = { url: server.url, from: FROM, to: [], kinds: ['server.up' as const], user: 'me', password: 's3cret' };
    const outcome = await new MailSender(settings, 5_000).send(notice({ message: 'x' }, 'test'), 'a@example.com', never);
    expect(outcome).toMatchObject({ isDelivered: false, isFinal: false });
    expect([server.mails, server.logins]).toEqual([[], []]);
  });
});
