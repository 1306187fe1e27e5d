import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../test/support/gateway/test-config.js';
import { justAmount, Tariff, type Override, type TariffKind } from './tariff.js';

const override = (kind: TariffKind, name: string, amount: number, limits = {}): Override => ({
  ...{ ...justAmount(amount), ...limits, kind, name, changedBy: null, changedAt: new Date(0) },
});

describe('The tariff', () => {
  it('asks the settings file first, then what an admin has set, then the tool', () => {
    const tariff = new Tariff(testConfig({ tools: { prices: { dear: 7 } } }));
    expect(tariff.priceOf('plain', 2)).toBe(2);
    tariff.replace([override('price', 'plain', 3), override('price', 'dear', 1)]);
    expect([tariff.priceOf('plain', 2), tariff.priceOf('dear', 2), tariff.priceOf('other', 2)]).toEqual([3, 7, 2]);
    tariff.replace([]);
    expect(tariff.priceOf('plain', 2)).toBe(2);
  });

  it('knows the price 0 from none, and no name of JavaScript', () => {
    const tariff = new Tariff(testConfig({ tools: { prices: { free: 0 } } }));
    tariff.replace([override('price', 'gift', 0)]);
    expect([tariff.priceOf('free', 2), tariff.priceOf('gift', 2)]).toEqual([0, 0]);
    expect([tariff.priceOf('toString', 2), tariff.isOfFile('price', 'toString')]).toEqual([2, false]);
  });

  it('has tiers of an admin where the file names none', () => {
    const tariff = new Tariff(testConfig());
    tariff.replace([override('tier', 'pro', 800), override('tier', 'gone', 9)]);
    expect(tariff.tiers).toEqual({ free: 50, pro: 800, enterprise: 5_000 });
    expect(tariff.isOfFile('tier', 'pro')).toBe(false);
  });

  it('has limits of tiers as the file writes them, else as an admin has set them, else none', () => {
    const admin = [override('tier', 'pro', 800, { userPerHour: 9 }), override('tier', 'free', 50, { apiKeyPerHour: 7 })];
    const limitsIn = (settings: Record<string, unknown>) => {
      const tariff = new Tariff(testConfig(settings));
      tariff.replace(admin);
      return [...tariff.tierValues].map(([name, { amount, userPerHour, apiKeyPerHour }]) => [
        name,
        amount,
        userPerHour,
        apiKeyPerHour,
      ]);
    };
    expect(limitsIn({})).toEqual([
      ['free', 50, null, 7],
      ['pro', 800, 9, null],
      ['enterprise', 5_000, null, null],
    ]);
    const file = { free: 10, pro: { monthly_credits: 20, api_key_per_hour: 30_000 } };
    expect(limitsIn({ tiers: file })).toEqual([
      ['free', 10, null, null],
      ['pro', 20, null, 30_000],
    ]);
  });

  it('has the tiers of the file where it names any', () => {
    const tariff = new Tariff(testConfig({ tiers: { free: 10 } }));
    tariff.replace([override('tier', 'free', 800)]);
    expect(tariff.tiers).toEqual({ free: 10 });
    expect(tariff.isOfFile('tier', 'free')).toBe(true);
  });

  it('tells of a price that names a tier no tier, and of every change', () => {
    const tariff = new Tariff(testConfig());
    let told = 0;
    tariff.onChange(() => (told += 1));
    tariff.replace([override('price', 'pro', 1)]);
    expect([told, tariff.tiers['pro'], tariff.priceOf('pro')]).toEqual([1, 500, 1]);
    expect(tariff.pricedNames()).toEqual(['pro']);
  });
});
