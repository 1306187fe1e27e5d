import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import type { TierDto } from '../../src/accounts/admin/tiers.dto.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { eventually } from '../support/eventually.js';
import { TariffRest } from '../support/gateway/tariff-rest.js';

jest.setTimeout(60_000);

const TIERS = '/api/admin/tiers';
let tariff: TariffRest;

beforeAll(async () => {
  tariff = await TariffRest.start();
});
afterAll(() => tariff.stop());
afterEach(() => tariff.rest.database.dataSource.query('DELETE FROM mcp.tariff_overrides'));

const set = (name: string, value: object, app = tariff.apps[0]) => {
  const monthly_credits = { free: 50, pro: 500, enterprise: 5_000 }[name];
  return tariff.put(`${TIERS}/${name}`, { monthly_credits, reason: 'fair use', ...value }, app);
};
const moveTo = (tier: string, accountId: number) => tariff.put(`/api/admin/mcp/accounts/${accountId}/tier`, { tier }).expect(200);

/** The limit that a request is answered with. */
const limitOf = async (credential: Record<string, string>, app: NestExpressApplication) => {
  const { headers } = await request(app.getHttpServer()).get('/tools').set(credential).expect(200);
  return Number(headers['x-ratelimit-limit']);
};
const ofKey = (key: string) => ({ 'X-API-Key': key });
const ofUser = (user: Principal) => ({ Authorization: tariff.rest.bearer(user) });

/** On both gateways. */
const limitsEverywhere = (credential: Record<string, string>) =>
  Promise.all(tariff.apps.slice(0, 2).map((app) => limitOf(credential, app)));

describe('Limits of a tier', () => {
  it('count for its users and their keys from the next request, on every gateway, until they are taken off', async () => {
    const { user, mcp_api_key: key } = await tariff.rest.newAccount();
    const [here] = tariff.apps as [NestExpressApplication];
    expect(await limitsEverywhere(ofKey(key))).toEqual([5_000, 5_000]);
    const { body } = await set('free', { user_per_hour: 30, api_key_per_hour: 40 }).expect(200);
    expect(body).toMatchObject({
      name: 'free',
      monthly_credits: 50,
      user_per_hour: 30,
      api_key_per_hour: 40,
      source: 'override',
    });
    expect([await limitOf(ofKey(key), here), await limitOf(ofUser(user), here)]).toEqual([40, 30]);
    await eventually(async () => expect(await limitsEverywhere(ofKey(key))).toEqual([40, 40]));
    expect(await limitsEverywhere(ofUser(user))).toEqual([30, 30]);
    await set('free', { api_key_per_hour: null }, tariff.apps[1]).expect(200);
    await eventually(async () => expect(await limitsEverywhere(ofKey(key))).toEqual([5_000, 5_000]));
    expect(await limitsEverywhere(ofUser(user))).toEqual([30, 30]); // what is left out stays
    await tariff.delete(`${TIERS}/free`).expect(204);
    await eventually(async () => expect(await limitsEverywhere(ofUser(user))).toEqual([1_000, 1_000]));
  });

  it('refuse what is above them, and count what was made before', async () => {
    const { mcp_api_key: key } = await tariff.rest.newAccount();
    const [here] = tariff.apps as [NestExpressApplication];
    await limitOf(ofKey(key), here);
    await set('free', { api_key_per_hour: 2 }).expect(200);
    await limitOf(ofKey(key), here);
    const { body } = await request(here.getHttpServer()).get('/tools').set(ofKey(key)).expect(429);
    expect((body as { detail: string }).detail).toBe('Rate limit of 2 requests an hour reached.');
  });

  it('are those of the tier that the account has now, on every gateway', async () => {
    const { user, account, mcp_api_key: key } = await tariff.rest.newAccount();
    await set('pro', { user_per_hour: 2_000, api_key_per_hour: 9_000 }).expect(200);
    expect([await limitsEverywhere(ofKey(key)), await limitsEverywhere(ofUser(user))].flat()).toEqual([
      5_000, 5_000, 1_000, 1_000,
    ]);
    await moveTo('pro', account.id);
    await eventually(async () => expect(await limitsEverywhere(ofKey(key))).toEqual([9_000, 9_000]));
    expect(await limitsEverywhere(ofUser(user))).toEqual([2_000, 2_000]);
    await moveTo('free', account.id);
    await eventually(async () => expect(await limitsEverywhere(ofKey(key))).toEqual([5_000, 5_000]));
  });

  it('are not those of users without an account, nor of admins', async () => {
    await set('free', { user_per_hour: 30 }).expect(200);
    const { headers } = await tariff.rest.get(await tariff.rest.newUser(), '/tools').expect(200);
    expect(headers['x-ratelimit-limit']).toBe('1000');
    expect((await tariff.get('/tools').expect(200)).headers).not.toHaveProperty('x-ratelimit-limit');
  });

  it('bound keys with a limit of their own, but not those to which an admin gave more', async () => {
    const { user } = await tariff.rest.newAccount();
    const create = async (rate_limit_per_hour: number) =>
      (await tariff.rest.post(user, '/api/mcp-keys/create', { rate_limit_per_hour }).expect(200)).body as {
        key_id: string;
        api_key: string;
      };
    const [small, large] = [await create(20), await create(4_000)];
    await set('free', { api_key_per_hour: 100 }).expect(200);
    const [here] = tariff.apps as [NestExpressApplication];
    expect([await limitOf(ofKey(small.api_key), here), await limitOf(ofKey(large.api_key), here)]).toEqual([20, 100]);
    const raised = 'UPDATE mcp.api_keys SET rate_limit_per_hour = 6000 WHERE id = $1';
    await tariff.rest.database.dataSource.query(raised, [large.key_id]);
    await eventually(async () => expect(await limitOf(ofKey(large.api_key), here)).toBe(6_000));
    // A tier gives nobody the right to keep more than everybody's when the tier is gone.
    await set('free', { api_key_per_hour: 9_000 }).expect(200);
    await tariff.rest.post(user, '/api/mcp-keys/create', { rate_limit_per_hour: 6_000 }).expect(403);
  });

  it('are shown wherever limits are', async () => {
    const { user, mcp_api_key: key } = await tariff.rest.newAccount();
    await set('free', { user_per_hour: 30, api_key_per_hour: 40 }).expect(200);
    const shown = async (path: string) => (await tariff.rest.get(user, path).expect(200)).body as Record<string, never>;
    expect((await shown('/api/portal/config'))['limits']).toEqual({
      user_per_hour: 30,
      session_per_hour: 6_000,
      api_key_per_hour: 40,
    });
    const { keys } = (await shown('/api/mcp-keys/list')) as unknown as { keys: { id: string }[] };
    expect(keys).toMatchObject([{ rate_limit_per_hour: null, effective_rate_limit: 40 }]);
    expect(await shown(`/api/mcp-keys/${keys[0]!.id}`)).toMatchObject({ effective_rate_limit: 40 });
    expect((await shown('/api/mcp/account'))['limits']).toMatchObject([
      { of: 'login', limit: 30 },
      { of: 'account_key', limit: 40 },
      { of: 'all_api_keys', limit: 160 },
    ]);
    expect(await limitOf(ofKey(key), tariff.apps[0]!)).toBe(40);
  });

  it('are in the audit log with what they were, in the transaction of the change', async () => {
    await set('enterprise', { user_per_hour: 2_000 }).expect(200);
    await set('enterprise', { user_per_hour: 2_000 }).expect(200); // is set to that already
    await set('enterprise', { user_per_hour: null, api_key_per_hour: 9 }).expect(200);
    await tariff.delete(`${TIERS}/enterprise`).expect(204);
    const [reset, second, first, ...more] = await tariff.audited('subject_type=tier&subject_id=enterprise');
    expect(more).toEqual([]);
    expect([first, second, reset].map((entry) => entry!.details)).toEqual([
      { before: 5_000, after: 5_000, user_per_hour: { before: null, after: 2_000 }, reason: 'fair use' },
      {
        ...{ before: 5_000, after: 5_000, reason: 'fair use' },
        ...{ user_per_hour: { before: 2_000, after: null }, api_key_per_hour: { before: null, after: 9 } },
      },
      { before: 5_000, after: 5_000, api_key_per_hour: { before: 9, after: null } },
    ]);
  });

  it('that the settings file writes are its own', async () => {
    const { mcp_api_key: key } = await tariff.rest.newAccount();
    await set('free', { api_key_per_hour: 8 }).expect(200);
    const app = await tariff.startAnother({ tiers: { free: { monthly_credits: 50, api_key_per_hour: 70 } } });
    const { items } = (await tariff.get(TIERS, app).expect(200)).body as { items: TierDto[] };
    expect(items).toMatchObject([{ name: 'free', source: 'gateway.yaml', user_per_hour: null, api_key_per_hour: 70 }]);
    expect(await limitOf(ofKey(key), app)).toBe(70);
    await set('free', { api_key_per_hour: 5 }, app).expect(409);
  });

  it('are whole numbers from 1', async () => {
    for (const wrong of [0, 0.5, -1, 10_000_001, '9']) await set('pro', { user_per_hour: wrong }).expect(422);
  });
});
