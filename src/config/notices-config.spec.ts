import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from './load-config.js';
import { NOTICE_KINDS } from './notices-config.js';

const SECRET = `whsec_${'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'}`;

describe('Settings of notices', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const load = (notices: object, env: Record<string, string> = {}) => {
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, JSON.stringify({ notices }));
    return loadConfig({ GATEWAY_CONFIG: file, GATEWAY_DATA_DIR: folder, ...env }).values.notices;
  };
  const problems = (notices: object, env: Record<string, string> = {}) => {
    try {
      load(notices, env);
      return [];
    } catch (error) {
      return (error as ConfigError).problems.map((problem) => problem.replace(join(folder, 'gateway.yaml'), 'gateway.yaml'));
    }
  };
  const webhook = { url: 'https://hooks.example.com/a', secret: SECRET };

  it('tell nobody unless they say so', () => {
    expect(load({})).toMatchObject({ webhooks: [], mail_users: false, low_credits_percent: [10, 0], key_expiry_days: [7, 1] });
    expect(load({}).smtp).toBeUndefined();
  });

  it('take URLs and secrets from variables, which must be set', () => {
    const written = { webhooks: [{ url: '${env:HOOK_URL}', secret: '${env:HOOK_SECRET}' }] };
    const { webhooks } = load(written, { HOOK_URL: webhook.url, HOOK_SECRET: SECRET });
    expect(webhooks).toEqual([{ ...webhook, kinds: [...NOTICE_KINDS] }]);
    expect(problems(written, { HOOK_URL: webhook.url })).toEqual([
      'gateway.yaml: notices.webhooks.0.secret: the environment variable HOOK_SECRET is not set',
    ]);
  });

  it('take any text of mail from a variable, and none is sent as the name of a variable that is not set', () => {
    const smtp = { url: '${env:MAIL_URL}', user: '${env:MAIL_USER}', password: '${env:MAIL_PASSWORD}', from: '${env:MAIL_FROM}' };
    expect(problems({ smtp: { ...smtp, to: ['${env:MAIL_TO}'] } })).toEqual(
      ['url', 'user', 'password', 'from', 'to.0'].map((name) =>
        expect.stringMatching(`^gateway.yaml: notices\\.smtp\\.${name}: the environment variable MAIL_\\w+ is not set$`),
      ),
    );
    const env = { MAIL_URL: 'smtp://a', MAIL_USER: 'me', MAIL_PASSWORD: 'secret', MAIL_FROM: 'a@example.com' };
    expect(load({ smtp }, env).smtp).toMatchObject({ url: 'smtp://a', user: 'me', password: 'secret', from: 'a@example.com' });
  });

  it('may name variables like settings, which are then no misspelt ones', () => {
    const written = { webhooks: [{ url: '${env:GATEWAY_PORTS}', secret: '${env:GATEWAY_HOOK}' }] };
    expect(problems(written, { GATEWAY_PORTS: webhook.url, GATEWAY_HOOK: SECRET })).toEqual([]);
    expect(problems({}, { GATEWAY_PORTS: webhook.url })).toEqual([expect.stringContaining('GATEWAY_PORTS: unknown setting')]);
  });

  it('take the mail server from GATEWAY_SMTP_…', () => {
    const env = { GATEWAY_SMTP_URL: 'smtps://mail.example.com', GATEWAY_SMTP_USER: 'me', GATEWAY_SMTP_PASSWORD: 'secret' };
    const { smtp } = load({}, { ...env, GATEWAY_SMTP_FROM: 'gateway@example.com' });
    expect(smtp).toMatchObject({ url: 'smtps://mail.example.com', user: 'me', password: 'secret', to: [] });
    expect(problems({}, env)).toEqual(['GATEWAY_SMTP_FROM: is missing']);
  });

  it('take a webhook at a private address whose network is allowed', () => {
    const inside = { ...webhook, url: 'http://10.0.0.9/hook' };
    expect(problems({ webhooks: [inside], allowed_networks: ['10.0.0.0/8'] })).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a secret that is none', { webhooks: [{ ...webhook, secret: 'secret' }] }, 'notices.webhooks.0.secret: must be `whsec_`'],
    ['a webhook without a secret', { webhooks: [{ url: webhook.url }] }, 'notices.webhooks.0.secret'],
    ['a URL of another kind', { webhooks: [{ ...webhook, url: 'ftp://a' }] }, 'notices.webhooks.0.url'],
    ['a kind that is none', { webhooks: [{ ...webhook, kinds: ['x'] }] }, 'notices.webhooks.0.kinds'],
    [
      'a webhook at a private address',
      { webhooks: [{ ...webhook, url: 'http://10.0.0.9/hook' }] },
      '.0.url: 10.0.0.9 is not a public address; allow its network in notices.allowed_networks',
    ],
    ['two webhooks of one host without names', { webhooks: [webhook, webhook] }, 'two named "hooks.example.com"'],
    ['mail to users without a mail server', { mail_users: true }, 'notices.mail_users: needs notices.smtp'],
    ['a password without a user', { smtp: { url: 'smtp://a', from: 'a@example.com', password: 'x' } }, 'notices.smtp.user'],
    ['a sender that is more than an address', { smtp: { url: 'smtp://a', from: 'a@example.com\r\nBcc: b@example.com' } }, 'from'],
  ])('refuse %s', (_, notices, words) => expect(problems(notices)).toEqual([expect.stringContaining(words)]));
});
