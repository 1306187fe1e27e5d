import { AppConfig, configSchema, type ConfigValues } from '../../../src/config/app-config.js';

/** Defaults with a fixed secret, overlaid by what a test cares about. */
export function testConfig(overrides: Record<string, unknown> = {}): AppConfig {
  const { auth, ...rest } = overrides as { auth?: object };
  const values = configSchema.parse({ ...rest, auth: { secret_key: 'test-secret-'.repeat(4), ...auth } });
  const file = { name: 'gateway.yaml', namesTiers: 'tiers' in overrides };
  return new AppConfig(values as ConfigValues & { auth: { secret_key: string } }, {}, [], undefined, file);
}
