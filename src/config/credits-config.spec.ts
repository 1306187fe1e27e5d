import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaseMsOf } from './credits-config.js';
import { ConfigError, loadConfig } from './load-config.js';

describe('Settings of tiers and credits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const load = (yaml: string, env: Record<string, string> = {}) => {
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, yaml);
    return loadConfig({ GATEWAY_CONFIG: file, GATEWAY_DATA_DIR: folder, ...env }).values;
  };
  const problems = (yaml: string, env: Record<string, string> = {}) => {
    try {
      load(yaml, env);
      return [];
    } catch (error) {
      return (error as ConfigError).problems.map((problem) => problem.replace(join(folder, 'gateway.yaml'), 'gateway.yaml'));
    }
  };

  it('have defaults', () => {
    const { tiers, credits } = load('');
    expect(tiers).toEqual({ free: 50, pro: 500, enterprise: 5_000 });
    expect(credits).toEqual({ mode: 'optional', default_tier: 'free' });
  });

  it.each([
    ['', 60],
    ['credits: { lease_seconds: 5 }', 5],
    ['credits: { hold_seconds: 90 }', 90],
    ['credits: { hold_seconds: 1 }', 5], // no busy moment serves calls for nothing
  ])('hold what is leased, with %j, for %i s', (yaml, seconds) => {
    expect(leaseMsOf(load(yaml).credits)).toBe(1_000 * seconds);
  });

  it('refuse a lease so short that a busy moment would serve calls for nothing, and two words for one thing', () => {
    expect(problems('credits: { lease_seconds: 4 }')).toEqual([expect.stringContaining('credits.lease_seconds')]);
    expect(problems('credits: { lease_seconds: 60, hold_seconds: 60 }')).toEqual([
      'gateway.yaml: credits.hold_seconds: is an older word for credits.lease_seconds: leave it out',
    ]);
  });

  it('may name tiers of their own', () => {
    const { tiers } = load('tiers: { basic: 10, gold: 0 }\ncredits: { default_tier: basic }');
    expect(tiers).toEqual({ basic: 10, gold: 0 });
  });

  it('may say of a tier how many requests an hour it has', () => {
    const { tiers } = load('tiers: { free: 10, gold: { monthly_credits: 100, user_per_hour: 5, api_key_per_hour: 7 } }');
    expect(tiers).toEqual({ free: 10, gold: { monthly_credits: 100, user_per_hour: 5, api_key_per_hour: 7 } });
  });

  it('take whether an account is required from GATEWAY_CREDITS', () => {
    expect(load('', { GATEWAY_CREDITS: 'required' }).credits.mode).toBe('required');
    expect(problems('', { GATEWAY_CREDITS: 'maybe' })).toEqual([expect.stringContaining('GATEWAY_CREDITS')]);
  });

  it.each([
    ['tiers: { basic: 10 }', 'credits.default_tier: "free" is not one of the tiers (basic)'],
    ['credits: { default_tier: toString }', 'credits.default_tier'],
    ['tiers: { free: -1 }', 'tiers.free'],
    ['tiers: { free: 1.5 }', 'tiers.free: must be a whole number from 0 to 1000000000'],
    [
      'tiers: { free: { monthly_credits: 50, user_per_hours: 9 } }',
      'unknown setting user_per_hours (did you mean user_per_hour?)',
    ],
    ['tiers: { free: { monthly_credits: 50, user_per_hour: 0 } }', 'tiers.free.user_per_hour: must be a whole number from 1'],
    ['tiers: { free: { user_per_hour: 9 } }', 'tiers.free: monthly_credits is missing'],
    ['tiers: { free: 1, Gold Tier: 5 }', 'tiers.Gold Tier'],
  ])('are refused at start where they make no sense: %s', (yaml, problem) => {
    expect(problems(yaml)).toEqual([expect.stringContaining(problem)]);
  });
});
