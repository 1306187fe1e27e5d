import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/gateway/free-port.js';
import { codeBlocks } from '../support/docs/page-blocks.js';

interface Compose {
  services: Record<string, { healthcheck?: { test: string[] }; volumes?: string[]; environment?: Record<string, string> }>;
}

describe('compose.yaml', () => {
  const { services } = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as Compose;

  it('has a health check for every service, and mounts files that exist', () => {
    for (const [name, { healthcheck, volumes = [] }] of Object.entries(services)) {
      expect([name, healthcheck?.test.length]).toEqual([name, expect.any(Number)]);
      const files = volumes.map((volume) => volume.split(':')[0]!).filter((source) => source.startsWith('./'));
      expect(files.filter((file) => !existsSync(file))).toEqual([]);
    }
  });

  it('asks for the secrets that its page makes', () => {
    const wanted = [...readFileSync('compose.yaml', 'utf8').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    const [made] = codeBlocks(join('docs', 'deploy', 'replicas.md'), 'sh');
    expect([...new Set(wanted)].filter((name) => !made!.includes(name!))).toEqual([]);
  });

  it('gives the gateways settings that they accept', async () => {
    const { GATEWAY_DATABASE_URL, GATEWAY_CLICKHOUSE_URL, GATEWAY_REDIS_URL } = services['gateway-1']!.environment!;
    const filled = (url: string) => url.replace(/\$\{[^}]*\}/, 'secret');
    const { readConfig } = await import('../../src/config/load-config.js');
    const values = readConfig({
      GATEWAY_CONFIG: join('deploy', 'gateway.yaml'),
      GATEWAY_DATABASE_URL: filled(GATEWAY_DATABASE_URL!),
      GATEWAY_CLICKHOUSE_URL: filled(GATEWAY_CLICKHOUSE_URL!),
      GATEWAY_REDIS_URL: filled(GATEWAY_REDIS_URL!),
      GATEWAY_SECRET_KEY: 'x'.repeat(64),
    });
    expect(values.limits.trusted_proxies).toContain('uniquelocal');
  });
});

describe('the Procfile', () => {
  const lines = Object.fromEntries([...readFileSync('Procfile', 'utf8').matchAll(/^(\w+): (.*)$/gm)].map(([, k, v]) => [k, v]));

  it.each([
    ['web', 'REST'],
    ['mcp', 'MCP'],
  ])(
    '%s serves %s on the port it is given',
    async (type, listener) => {
      const port = await freePort();
      const other = { GATEWAY_PORT: '0', GATEWAY_MCP_PORT: '0' };
      const env = { PATH: process.env['PATH'], ...other, PORT: String(port), GATEWAY_DATABASE_URL: 'memory:' };
      const child = spawn('bash', ['-c', lines[type]!], { cwd: resolve('.'), env, stdio: ['ignore', 'ignore', 'pipe'] });
      let output = '';
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      try {
        await eventually(() => expect(output).toMatch(new RegExp(`${listener} +http://localhost:${port}`)), 40_000);
      } finally {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
    },
    60_000,
  );
});
