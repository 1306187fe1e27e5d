import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../support/eventually.js';
import { NoticesRest, webhookTo } from '../support/notices/notices-rest.js';
import { WebhookReceiver } from '../support/notices/webhook-receiver.js';

jest.setTimeout(60_000);

const ok = (response: ServerResponse) => response.writeHead(204).end();
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(code, headers).end();

let one: WebhookReceiver;
let other: WebhookReceiver;
let gateway: NoticesRest;

beforeAll(async () => {
  [one, other] = [await new WebhookReceiver().start(), await new WebhookReceiver().start()];
  const webhooks = [webhookTo(one, { name: 'one' }), webhookTo(other, { name: 'other', kinds: ['server.down'] })];
  gateway = await NoticesRest.start({ webhooks });
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await one.stop();
  await other.stop();
});
beforeEach(() => {
  for (const receiver of [one, other]) {
    receiver.received.length = receiver.requests.length = 0;
    receiver.answer = ok;
  }
});

const attemptsOf = async (id: number, state: string) => {
  const { attempts } = await gateway.ended(id, state);
  return attempts.map(({ status: code, error }) => [code, error]);
};

describe('A webhook', () => {
  it('is told by a POST that Standard Webhooks verifies under its secret, and under no other', async () => {
    const [id] = await gateway.test('one');
    const { notice_id } = await gateway.ended(id!, 'delivered');
    const { body, headers } = one.requests[0]!;
    expect(one.received).toEqual([
      { id: notice_id, type: 'test', version: 1, timestamp: expect.any(String), data: { message: expect.any(String) } },
    ]);
    expect(headers).toMatchObject({ 'webhook-id': notice_id, 'content-type': 'application/json' });
    expect(Math.abs(Date.now() / 1_000 - Number(headers['webhook-timestamp']))).toBeLessThan(10);
    const signed = headers as Record<string, string>;
    expect(() => new Webhook(other.secret).verify(body, signed)).toThrow();
    expect(() => new Webhook(one.secret).verify(`${body} `, signed)).toThrow();
    expect(() => new Webhook(one.secret).verify(body, { ...signed, 'webhook-id': 'x' })).toThrow();
  });

  it('that fails is tried again, under the same id, until it takes the notice; each attempt is in the log', async () => {
    one.answer = (response, attempt) => (attempt < 3 ? status(500)(response) : ok(response));
    const [id] = await gateway.test('one');
    const error = 'HTTP 500: not accepted';
    expect(await attemptsOf(id!, 'delivered')).toEqual([
      [500, error],
      [500, error],
      [204, null],
    ]);
    expect(new Set(one.received.map((notice) => notice.id)).size).toBe(1);
    expect(new Set(one.requests.map(({ body }) => body)).size).toBe(1);
  });

  it('that does not answer is given up in time, and tried again', async () => {
    one.answer = (response, attempt) => (attempt < 2 ? undefined : ok(response));
    const [id] = await gateway.test('one');
    expect(await attemptsOf(id!, 'delivered')).toEqual([
      [null, 'no answer within 0.5 s'],
      [204, null],
    ]);
  });

  it('that redirects is not followed', async () => {
    one.answer = (response, attempt) => (attempt < 2 ? status(307, { location: other.url })(response) : ok(response));
    const [id] = await gateway.test('one');
    expect(await attemptsOf(id!, 'delivered')).toEqual([
      [307, 'HTTP 307: a redirect, which is not followed'],
      [204, null],
    ]);
    expect(other.requests).toEqual([]);
  });

  it.each([
    [200, 'delivered'],
    [410, 'failed'],
  ])('that answers %i and then without end is read to a bound, and its answer counts: %s', async (code, state) => {
    let written = 0;
    one.answer = (response) => {
      response.writeHead(code);
      const pour = () => {
        if (response.destroyed) return;
        written += 65_536;
        response.write('x'.repeat(65_536), () => setImmediate(pour));
      };
      pour();
    };
    const [id] = await gateway.test('one');
    expect(await attemptsOf(id!, state)).toHaveLength(1);
    await eventually(() => expect(one.open).toBe(0));
    expect(written).toBeLessThan(50_000_000);
  });

  it('that is gone (410) is not tried again by itself, but when an admin asks for it', async () => {
    one.answer = status(410);
    const [id] = await gateway.test('one');
    expect(await attemptsOf(id!, 'failed')).toEqual([[410, 'HTTP 410: not accepted']]);
    one.answer = ok;
    await gateway.rest.post(gateway.admin, `/api/admin/webhooks/deliveries/${id}/retry`).expect(200);
    expect(await attemptsOf(id!, 'delivered')).toHaveLength(2);
    expect(one.received.map((notice) => notice.id)).toEqual([one.received[0]!.id, one.received[0]!.id]);
  });

  it('that asks for a pause gets it', async () => {
    one.answer = status(503, { 'retry-after': '3600' });
    const [id] = await gateway.test('one');
    const delivery = await eventually(async () => {
      const [found] = await gateway.deliveries('endpoint=one&state=waiting');
      expect(found).toMatchObject({ id, attempts: [{ status: 503 }] });
      return found!;
    });
    expect((Date.parse(delivery.due_at!) - Date.now()) / 60_000).toBeCloseTo(60, 0);
  });

  it('that hangs keeps no other waiting', async () => {
    one.answer = () => undefined;
    for (let n = 0; n < 20; n += 1) await gateway.test();
    await eventually(() => expect(other.received).toHaveLength(20), 5_000);
    expect(
      (await gateway.deliveries('endpoint=one&state=delivered')).filter(({ notice_id }) => isToldTo(other, notice_id)),
    ).toEqual([]);
  });
});

const isToldTo = (receiver: WebhookReceiver, noticeId: string) => receiver.received.some((notice) => notice.id === noticeId);

describe('What operators see of webhooks', () => {
  it('has no secret in it, neither of the signature nor of the URL', async () => {
    await gateway.test('other');
    await eventually(() => expect(other.received).toHaveLength(1));
    const { body, text } = await gateway.rest.get(gateway.admin, '/api/admin/webhooks').expect(200);
    expect(body).toMatchObject({
      webhooks: [
        { name: 'one', kinds: expect.arrayContaining(['server.down', 'account.credits_low']), state: expect.any(String) },
        { name: 'other', kinds: ['server.down'] },
      ],
    });
    for (const secret of [one.secret, other.secret, 's3cret']) expect(text).not.toContain(secret);
    expect((body as { webhooks: object[] }).webhooks[1]).toMatchObject({
      state: 'working',
      url: `http://${other.host}/hooks?key=…`,
      last_attempt: { status: 204, error: null },
    });
  });

  it('is filtered, and comes in pages', async () => {
    const [id] = await gateway.test('other');
    await gateway.ended(id!, 'delivered');
    const found = await gateway.deliveries('endpoint=other&kind=test&state=delivered&channel=webhook');
    expect(found[0]!.id).toBe(id);
    expect(new Set(found.map(({ endpoint, kind, state }) => `${endpoint} ${kind} ${state}`))).toEqual(
      new Set(['other test delivered']),
    );
    expect(await gateway.deliveries('kind=server.down')).toEqual([]);
    expect(await gateway.deliveries('channel=mail')).toEqual([]);
    const page = '/api/admin/webhooks/deliveries?page=2&page_size=1&endpoint=other';
    const { body } = await gateway.rest.get(gateway.admin, page).expect(200);
    expect(body).toMatchObject({ page: 2, page_size: 1, deliveries: [{ id: found[1]!.id }] });
    await gateway.rest.get(gateway.admin, '/api/admin/webhooks/deliveries?kind=nonsense').expect(422);
  });

  it('is for admins, and names what there is', async () => {
    const user = await gateway.rest.newUser();
    await gateway.rest.get(user, '/api/admin/webhooks').expect(403);
    await gateway.rest.get(user, '/api/admin/webhooks/deliveries').expect(403);
    await gateway.rest.post(user, '/api/admin/webhooks/test', {}).expect(403);
    await gateway.rest.post(gateway.admin, '/api/admin/webhooks/test', { webhook: 'nobody' }).expect(404);
    await gateway.rest.post(gateway.admin, '/api/admin/webhooks/deliveries/999999999/retry').expect(404);
    await gateway.rest.post(gateway.admin, '/api/admin/webhooks/deliveries/x/retry').expect(422);
  });
});

it('of two gateways one delivers each notice', async () => {
  await gateway.startAnother();
  for (let n = 0; n < 40; n += 1) await gateway.test('other');
  await eventually(async () => expect(await gateway.deliveries('endpoint=other&state=waiting')).toEqual([]), 20_000);
  expect(other.received).toHaveLength(40);
  expect(new Set(other.received.map((notice) => notice.id)).size).toBe(40);
});

it('a webhook in a private network is told nothing unless the operator allows the network', async () => {
  const strict = await NoticesRest.start({ webhooks: [webhookTo(one)], allowed_networks: [] });
  await strict.test();
  await eventually(async () => {
    const [{ endpoint, attempts } = { endpoint: '', attempts: [] }] = await strict.deliveries();
    expect(endpoint).toBe(one.host);
    expect(attempts[0]?.error).toContain('127.0.0.1 is not a public address');
  });
  expect(one.requests).toEqual([]);
  await strict.stop();
});
