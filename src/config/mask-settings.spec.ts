import { describe, expect, it } from '@jest/globals';
import { configSchema } from './app-config.js';
import { maskSettings } from './mask-settings.js';

describe('settings that are shown', () => {
  it('have no secret in them', () => {
    const values = configSchema.parse({
      database_url: 'postgresql://me:s3cret-1@db/tallygate?password=s3cret-2&sslmode=require',
      clickhouse_url: 'https://me:s3cret-3@ch:8443/x',
      redis_url: 'rediss://:s3cret-6@redis:6380/1',
      auth: { secret_key: 's3cret-4'.repeat(8), admin_password: 's3cret-5' },
    });
    const shown = JSON.stringify(maskSettings(values));
    expect(shown).not.toContain('s3cret');
    expect(shown).toContain('postgresql://me:…@db/tallygate?password=…&sslmode=require');
    expect(shown).toContain('rediss://:…@redis:6380/1');
  });

  it('are otherwise as they are', () => {
    const values = configSchema.parse({ port: 9000, database_url: 'memory:', clickhouse_url: 'http://ch:8123' });
    expect(maskSettings(values)).toEqual(values);
  });
});
