import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { WebhookReceiver } from '../support/notices/webhook-receiver.js';
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
  await third.destroy();
}, 180_000);
