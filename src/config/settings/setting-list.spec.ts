import { describe, expect, it } from '@jest/globals';
import { helpOf } from '../environment.js';
import { DESCRIPTIONS } from './setting-descriptions.js';
import { allSettings } from './setting-list.js';

describe('Every setting', () => {
  const settings = allSettings();

  it('is described, once', () => {
    expect(settings.filter(({ description }) => description === '').map(({ name }) => name)).toEqual([]);
    const names = settings.map(({ name }) => name);
    const described = Object.keys(DESCRIPTIONS);
    expect(described.filter((name) => !names.includes(name) || helpOf(name) !== undefined)).toEqual([]);
  });

  it('has its default, or none', () => {
    const of = (name: string) => settings.find((one) => one.name === name)?.default;
    expect([of('port'), of('database_url'), of('notices.smtp.url'), of('tiers')]).toEqual([
      ...[8000, null, null],
      { free: 50, pro: 500, enterprise: 5_000 },
    ]);
  });
});
