import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from './load-config.js';

const SECRETS = { GATEWAY_STRIPE_SECRET_KEY: 'sk_test_1', GATEWAY_STRIPE_WEBHOOK_SECRET: 'whsec_1' };
const PAGES = 'success_url: https://a.example, cancel_url: https://b.example';

describe('Settings of billing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const load = (billing: string, env: Record<string, string> = {}) => {
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, `billing: { ${billing} }`);
    return loadConfig({ GATEWAY_CONFIG: file, GATEWAY_DATA_DIR: folder, ...env }).values.billing;
  };
  const problems = (billing: string, env: Record<string, string> = {}) => {
    try {
      load(billing, env);
      return [];
    } catch (error) {
      return (error as ConfigError).problems.map((problem) => problem.replace(join(folder, 'gateway.yaml'), 'gateway.yaml'));
    }
  };

  it('leave it off', () => {
    expect(load('')).toEqual({ enabled: false, credit_packs: [], subscriptions: [] });
  });

  it('take the secrets from the environment, packs and tiers from the file', () => {
    const packs =
      '[{ id: small, name: S, credits: 5, unit_amount: 500, currency: usd }, { id: l, name: L, credits: 9, price_id: p }]';
    const billing = load(`enabled: true, ${PAGES}, credit_packs: ${packs}, subscriptions: [{ tier: pro, price_id: q }]`, SECRETS);
    expect(billing).toMatchObject({ enabled: true, stripe_secret_key: 'sk_test_1', stripe_webhook_secret: 'whsec_1' });
    expect(billing.credit_packs.map(({ id }) => id)).toEqual(['small', 'l']);
  });

  it('name everything that is missing once it is on', () => {
    expect(problems('enabled: true')).toEqual([
      'GATEWAY_STRIPE_SECRET_KEY: required while billing is enabled',
      'GATEWAY_STRIPE_WEBHOOK_SECRET: required while billing is enabled',
      'gateway.yaml: billing.success_url: required while billing is enabled',
      'gateway.yaml: billing.cancel_url: required while billing is enabled',
    ]);
  });

  it.each([
    ['success_url: "javascript:alert(1)"', 'billing.success_url: must be an http'],
    ['credit_packs: [{ id: a, name: A, credits: 0, price_id: p }]', 'billing.credit_packs.0.credits'],
    ['credit_packs: [{ id: a, name: A, credits: 1.5, price_id: p }]', 'billing.credit_packs.0.credits'],
    ['credit_packs: [{ id: a, name: A, credits: 1 }]', 'needs either price_id, or unit_amount and currency'],
    ['credit_packs: [{ id: a, name: A, credits: 1, unit_amount: 5 }]', 'needs either price_id, or unit_amount and currency'],
    ['credit_packs: [{ id: a, name: A, credits: 1, unit_amount: 5, currency: USD }]', 'must be a currency such as usd'],
    [
      'credit_packs: [{ id: a, name: A, credits: 1, price_id: p, unit_amount: 5, currency: usd }]',
      'needs either price_id, or unit_amount and currency',
    ],
    [
      'credit_packs: [{ id: a, name: A, credits: 1, price_id: p }, { id: a, name: B, credits: 2, price_id: q }]',
      'credit_packs: id "a" is listed more than once',
    ],
    ['subscriptions: [{ tier: gold, price_id: p }]', 'billing.subscriptions: "gold" is not one of the tiers'],
    ['subscriptions: [{ tier: toString, price_id: p }]', '"toString" is not one of the tiers'],
    ['subscriptions: [{ tier: pro, price_id: p }, { tier: free, price_id: p }]', 'price_id "p" is listed more than once'],
  ])('are refused at start where they make no sense: %s', (billing, problem) => {
    expect(problems(billing)).toEqual([expect.stringContaining(problem)]);
  });
});
