import { describe, expect, it } from '@jest/globals';
import { configSchema } from '../app-config.js';
import { isSecretName } from '../../common/secrets/secret-name.js';
import { maskValues } from '../../common/secrets/mask-values.js';

describe('settings that are shown', () => {
  it('have no secret in them', () => {
    const values = configSchema.parse({
      database_url: 'postgresql://me:s3cret-1@db/tallygate?password=s3cret-2&sslmode=require',
      clickhouse_url: 'https://me:s3cret-3@ch:8443/x',
      redis_url: 'rediss://:s3cret-6@redis:6380/1',
      auth: { secret_key: 's3cret-4'.repeat(8), admin_password: 's3cret-5' },
    });
    const shown = JSON.stringify(maskValues(values));
    expect(shown).not.toContain('s3cret');
    expect(shown).toContain('postgresql://me:…@db/tallygate?password=…&sslmode=require');
    expect(shown).toContain('rediss://:…@redis:6380/1');
  });

  it('have none in what a template hands on: URLs, arguments, variables, headers, defaults of a schema', () => {
    const values = configSchema.parse({
      templates: {
        remote: { transport: 'http', url: 'https://s3cret:x@mcp.example.com/s/s3cretS3cretS3cret1/mcp?key=s3cret' },
        local: {
          transport: 'stdio',
          command: 'server',
          args: [
            '--port=8080',
            '--token=s3cret',
            '--api-key',
            's3cret',
            '-e',
            'PASSWORD=s3cret',
            's3cret-0123456789abcd',
            '--url',
            'https://a/?s3cret=s3cret',
          ],
          env: { ANY: 's3cret' },
          config: {
            type: 'object',
            properties: {
              folder: { type: 'string', default: '/srv' },
              pin: { type: 'string', writeOnly: true, default: 's3cret', examples: ['s3cret'] },
              api_key: { type: 'string', const: 's3cret' },
            },
          },
        },
      },
    });
    const shown = JSON.stringify(maskValues(values).templates);
    expect(shown.replace('?s3cret=', '')).not.toContain('s3cret');
    expect(maskValues(values).templates['local']!.args).toEqual([
      ...['--port=8080', '--token=…', '--api-key', '…', '-e', 'PASSWORD=…', '…', '--url', 'https://a/?s3cret=…'],
    ]);
    expect(shown).toContain('"default":"/srv"');
  });

  it('name the variables that secrets come from', () => {
    const args = ['--token=${env:A_TOKEN}', '--key', '${config.key}'];
    const config = { type: 'object', properties: { key: { type: 'string' } } };
    const values = configSchema.parse({ templates: { local: { transport: 'stdio', command: 'server', args, config } } });
    expect(maskValues(values).templates['local']!.args).toEqual(args);
  });

  it('are otherwise as they are', () => {
    const values = configSchema.parse({ port: 9000, database_url: 'memory:', clickhouse_url: 'http://ch:8123' });
    expect(maskValues(values)).toEqual(values);
  });

  it('are secret, by their names, for these alone, of which two are true or false', () => {
    const settings = Object.entries(configSchema.shape).flatMap(([name, schema]) => [name, ...namesIn(schema)]);
    expect(settings.length).toBeGreaterThan(80);
    expect([...new Set(settings)].filter(isSecretName).sort()).toEqual([
      ...['admin_password', 'auth', 'initialize_needs_key', 'password', 'secret', 'secret_key'],
      ...['stripe_secret_key', 'stripe_webhook_secret', 'token'],
      'trust_external_tokens',
    ]);
  });
});

/** The names of an object's members, through what stands around it. */
function namesIn(schema: unknown): string[] {
  const { shape, def } = schema as { shape?: Record<string, unknown>; def?: { innerType?: unknown; element?: unknown } };
  if (shape) return Object.entries(shape).flatMap(([name, child]) => [name, ...namesIn(child)]);
  const inner = def?.innerType ?? def?.element;
  return inner === undefined ? [] : namesIn(inner);
}
