import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { WebhookReceiver } from '../support/notices/webhook-receiver.js';
import { TestAuthority } from '../support/upstreams/certificates.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const dataDir = temporaryFolder('notices');
let receiver: WebhookReceiver;
let env: Record<string, string>;

beforeAll(async () => {
  receiver = await new WebhookReceiver().start();
  const notices = {
    webhooks: [{ url: receiver.url, secret: '${env:WEBHOOK_SECRET}' }],
    allowed_networks: ['127.0.0.0/8'],
    timeout_seconds: 2,
    retry_seconds: 0.1,
  };
  const file = join(dataDir, 'gateway.yaml');
  writeFileSync(file, JSON.stringify({ notices, stock_data: { enabled: false } }));
  env = { GATEWAY_CONFIG: file, WEBHOOK_SECRET: receiver.secret };
});
afterAll(() => receiver.stop());

const test = async (gateway: GatewayProcess) => {
  const { status, json } = await gateway.rest('POST', '/api/admin/webhooks/test', {});
  expect(status).toBe(202);
  return (json as { delivery_ids: number[] }).delivery_ids[0]!;
};
const delivery = async (gateway: GatewayProcess, id: number) => {
  const { json } = await gateway.rest('GET', '/api/admin/webhooks/deliveries');
  return (json as { deliveries: { id: number; state: string; notice_id: string }[] }).deliveries.find((one) => one.id === id);
};

it('a notice whose gateway is killed while it is told is told again by the next start, under the same id', async () => {
  receiver.answer = () => undefined;
  const first = await GatewayProcess.start({ dataDir, env });
  const id = await test(first);
  await eventually(() => expect(receiver.received).toHaveLength(1));
  await first.end('SIGKILL');

  receiver.answer = (response) => response.writeHead(204).end();
  const second = await GatewayProcess.start({ dataDir, env });
  await eventually(() => expect(receiver.received).toHaveLength(2), 30_000);
  expect(receiver.received[1]!.id).toBe(receiver.received[0]!.id);
  await eventually(async () => expect(await delivery(second, id)).toMatchObject({ state: 'delivered' }));

  receiver.received.length = 0;
  receiver.answer = () => undefined;
  const another = await test(second);
  await eventually(() => expect(receiver.received).toHaveLength(1));
  expect(await second.end()).toBe(0);
  receiver.answer = (response) => response.writeHead(204).end();
  const third = await GatewayProcess.start({ dataDir, env });
  await eventually(async () => expect(await delivery(third, another)).toMatchObject({ state: 'delivered' }), 30_000);
  expect(new Set(receiver.received.map((notice) => notice.id)).size).toBe(1);

  const series = /^tallygate_notices_total\{kind="test",channel="webhook",outcome="delivered"\} 1$/m;
  expect(await (await fetch(`${third.restUrl}/metrics`)).text()).toMatch(series);
  await third.end();
}, 180_000);

it('the endpoint of a user is told over HTTPS, signed with its own secret, and again after a kill', async () => {
  const authority = new TestAuthority();
  const endpoint = await new WebhookReceiver(authority.sign('IP:127.0.0.1')).start();
  const file = join(dataDir, 'users.yaml');
  const notices = { user_webhooks: true, user_webhook_networks: ['127.0.0.0/8'], timeout_seconds: 2, retry_seconds: 0.1 };
  writeFileSync(file, JSON.stringify({ notices, stock_data: { enabled: false } }));
  const users = { GATEWAY_CONFIG: file, NODE_EXTRA_CA_CERTS: authority.caFile };
  const first = await GatewayProcess.start({ dataDir, env: users });
  await first.rest('POST', '/api/mcp/enable');
  const set = async (gateway: GatewayProcess, webhook_url: string) =>
    (await gateway.rest('PUT', '/api/mcp/alerts', { webhook_url })).json['webhook_secret'] as string;
  endpoint.secret = await set(first, endpoint.url);
  const last = async (gateway: GatewayProcess) => (await gateway.rest('GET', '/api/mcp/alerts')).json['last_delivery'];

  endpoint.answer = (response) => response.writeHead(302, { location: receiver.url }).end();
  const before = receiver.requests.length;
  await first.rest('POST', '/api/mcp/alerts/test');
  await eventually(async () =>
    expect(await last(first)).toMatchObject({ last_attempt: { status: 302, error: expect.stringContaining('not followed') } }),
  );
  endpoint.answer = () => undefined;
  const seen = endpoint.requests.length;
  await first.rest('POST', '/api/mcp/alerts/test');
  await eventually(() => expect(endpoint.requests.length).toBeGreaterThan(seen));
  await first.end('SIGKILL');

  endpoint.answer = (response) => response.writeHead(204).end();
  const second = await GatewayProcess.start({ dataDir, env: users });
  await eventually(async () => expect(await last(second)).toMatchObject({ kind: 'test', state: 'delivered' }), 30_000);
  await eventually(() => expect(new Set(endpoint.received.map(({ id }) => id)).size).toBe(2), 30_000);
  expect(receiver.requests).toHaveLength(before);

  endpoint.secret = (await second.rest('POST', '/api/mcp/alerts/secret')).json['webhook_secret'];
  const told = endpoint.received.length;
  await second.rest('PUT', '/api/mcp/alerts', { low_balance: 50 });
  await eventually(() => expect(endpoint.received.length).toBeGreaterThan(told), 30_000);
  expect(endpoint.received.at(-1)).toMatchObject({
    type: 'account.credits_low',
    data: { low_balance: 50, credits_balance: 50, email: 'admin@localhost' },
  });
  await second.destroy();
  await endpoint.stop();
}, 180_000);
