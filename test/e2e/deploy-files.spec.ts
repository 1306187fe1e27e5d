import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/gateway/free-port.js';
import { linkPackages } from '../support/gateway/installation.js';
import { temporaryFolder } from '../support/temporary-folder.js';
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

describe('the Dockerfile', () => {
  const [, ...stages] = readFileSync('Dockerfile', 'utf8').split(/^FROM /m);
  const stage = (name: string) => stages.find((text) => text.split('\n')[0]!.endsWith(` AS ${name}`))!;
  /** Packages that a stage takes out. */
  const removed = (text: string) => [...text.matchAll(/node_modules\/(\S+)/g)].map(([, name]) => name!);

  /** What a stage holds, started by the command of the images and with their settings alone, in a folder of its own. */
  function container(without: string[], env: Record<string, string>) {
    const app = temporaryFolder('image');
    for (const name of ['dist', 'package.json']) cpSync(name, join(app, name), { recursive: true });
    linkPackages(app, without);
    const command = JSON.parse(/^CMD (\[.*\])/m.exec(stage('runtime'))![1]!) as string[];
    const options = { cwd: app, env: { PATH: process.env['PATH'], ...env } };
    const child = spawn(command[0]!, command.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGTERM');
      await ended;
      rmSync(app, { recursive: true, force: true });
    };
    return { child, app, end };
  }

  it('makes the lean image by default, without the engines, which says what it needs when it is started without settings', async () => {
    expect(stages.at(-1)).toMatch(/^runtime\n/);
    expect([...stages.at(-1)!.matchAll(/--from=(\w+)/g)].map(([, from]) => from)).toEqual(['lean', 'lean', 'lean']);
    const { child, end } = container(removed(stage('lean')), { GATEWAY_LOG_FORMAT: 'json' });
    const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    await end();
    expect(code).toBe(1);
    for (const name of ['GATEWAY_DATABASE_URL', 'GATEWAY_CLICKHOUSE_URL', 'GATEWAY_SECRET_KEY'])
      expect(output).toMatch(new RegExp(`^  ${name}: required`, 'm'));
    expect(output).toContain('tallygate:full');
  }, 60_000);

  it('makes the full image with them, which starts with nothing but its volume and keeps everything there', async () => {
    expect(removed(stage('build'))).toEqual(['typescript']);
    expect(stage('full')).toMatch(/ENV GATEWAY_DATA_DIR=\/data\n[^]*VOLUME \/data\n/);
    expect([...stage('full').matchAll(/--from=(\w+)/g)].every(([, from]) => from === 'build')).toBe(true);
    const volume = temporaryFolder('volume');
    const ports = { GATEWAY_PORT: '0', GATEWAY_MCP_PORT: '0' };
    const { child, app, end } = container(['typescript'], { ...ports, GATEWAY_LOG_FORMAT: 'json', GATEWAY_DATA_DIR: volume });
    const before = readdirSync(app);
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdout.resume();
    await eventually(() => expect(output).toMatch(/API key +sk-/), 40_000);
    expect([readdirSync(app), readdirSync(volume)]).toEqual([
      before,
      expect.arrayContaining(['clickhouse', 'postgres', 'secret-key']),
    ]);
    await end();
    rmSync(volume, { recursive: true, force: true });
  }, 90_000);
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
