import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TierDto } from '../../src/accounts/admin/tiers.dto.js';
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

const tiers = async (app = tariff.apps[0]) =>
  ((await tariff.get(TIERS, app).expect(200)).body as { items: TierDto[] }).items.map(
    ({ name, monthly_credits, source, accounts }) => ({ name, monthly_credits, source, accounts }),
  );
const set = (name: string, monthly_credits: number, reason = 'a campaign') =>
  tariff.put(`${TIERS}/${name}`, { monthly_credits, reason });
const offered = async (app = tariff.apps[1]) =>
  ((await tariff.get('/api/portal/config', app).expect(200)).body as { tiers: object[] }).tiers;

describe('Tiers', () => {
  it('are listed with what they give, who says so, and how many accounts are on each', async () => {
    await tariff.rest.newAccount();
    expect(await tiers()).toEqual([
      { name: 'free', monthly_credits: 50, source: 'default', accounts: 1 },
      { name: 'pro', monthly_credits: 500, source: 'default', accounts: 0 },
      { name: 'enterprise', monthly_credits: 5_000, source: 'default', accounts: 0 },
    ]);
  });

  it('that give more top their accounts up at once; new accounts get it on every gateway', async () => {
    const { user } = await tariff.rest.newAccount();
    const balanceOf = async (who = user) =>
      ((await tariff.rest.get(who, '/api/mcp/account').expect(200)).body as { credits_balance: number }).credits_balance;
    expect(await balanceOf()).toBe(50);
    const { body } = await set('free', 75).expect(200);
    expect(body).toMatchObject({ name: 'free', monthly_credits: 75, source: 'override', default_monthly_credits: 50 });
    await eventually(async () => expect(await balanceOf()).toBe(75));
    expect(await balanceOf((await tariff.rest.newAccount()).user)).toBe(75);
    await eventually(async () => expect(await offered()).toContainEqual({ name: 'free', monthly_credits: 75 }));
    await tariff.delete(`${TIERS}/free`, tariff.apps[1]).expect(204);
    await eventually(async () => expect(await offered(tariff.apps[0])).toContainEqual({ name: 'free', monthly_credits: 50 }));
    expect(await balanceOf()).toBe(75); // nothing is taken back
  });

  it('are in the audit log with what they gave, what they give, and why', async () => {
    await set('pro', 600, 'one').expect(200);
    await tariff.put(`${TIERS}/pro`, { monthly_credits: 400, reason: 'two' }).expect(200);
    await tariff.delete(`${TIERS}/pro?reason=three`).expect(204);
    const by = { actor_id: tariff.admin.userId, subject_id: 'pro' };
    expect(await tariff.audited('subject_type=tier&subject_id=pro')).toMatchObject([
      { ...by, action: 'tier.reset', details: { before: 400, after: 500, reason: 'three' } },
      { ...by, action: 'tier.changed', details: { before: 600, after: 400, reason: 'two' } },
      { ...by, action: 'tier.changed', details: { before: 500, after: 600, reason: 'one' } },
    ]);
  });

  it('that the settings file names are its own', async () => {
    await set('free', 60).expect(200);
    const app = await tariff.startAnother({ tiers: { free: 10 } });
    expect(await tiers(app)).toMatchObject([{ name: 'free', monthly_credits: 10, source: 'gateway.yaml' }]);
    const { body } = await tariff.put(`${TIERS}/free`, { monthly_credits: 5, reason: 'x' }, app).expect(409);
    expect((body as { detail: string }).detail).toBe(
      'gateway.yaml sets tiers.free. Change it there, or take it out there first.',
    );
  });

  it('that there are not cannot be set, and those there are only to what makes sense', async () => {
    await set('gold', 1).expect(404);
    await tariff.delete(`${TIERS}/gold`).expect(404);
    await tariff.delete(`${TIERS}/pro`).expect(404);
    for (const wrong of [-1, 0.5, 1_000_000_001]) await set('pro', wrong).expect(422);
    await set('pro', 0).expect(200);
  });

  it('need a reason', async () => {
    await tariff.put(`${TIERS}/pro`, { monthly_credits: 400 }).expect(422);
  });

  it('that the file names or has no more show what was set before, which can be taken back', async () => {
    await set('free', 60).expect(200);
    await set('pro', 70).expect(200);
    const app = await tariff.startAnother({ tiers: { free: 10 } });
    const { items } = (await tariff.get(TIERS, app).expect(200)).body as { items: TierDto[] };
    expect(items).toMatchObject([
      { name: 'free', monthly_credits: 10, source: 'gateway.yaml', overridden: 60, default_monthly_credits: 10 },
      { name: 'pro', monthly_credits: null, source: 'gateway.yaml', overridden: 70, default_monthly_credits: null },
    ]);
    for (const name of ['free', 'pro']) await tariff.delete(`${TIERS}/${name}`, app).expect(204);
    expect(await tiers(app)).toMatchObject([{ name: 'free', monthly_credits: 10 }]);
  });

  it('are for admins', async () => {
    const user = await tariff.rest.newUser();
    await tariff.rest.get(user, TIERS).expect(403);
    await tariff.rest.put(user, `${TIERS}/free`, { monthly_credits: 1 }).expect(403);
    await tariff.rest.delete(user, `${TIERS}/free`).expect(403);
  });
});
