import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { codeBlocks, consoleCommands } from '../support/page-blocks.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Commands are run as printed, in a folder of their own, with the gateway's addresses and secrets filled in. */
let gateway: GatewayProcess;
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder('docs');
  gateway = await GatewayProcess.start();
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  rmSync(folder, { recursive: true, force: true });
});

async function shell(script: string): Promise<string> {
  const [rest, mcp] = [new URL(gateway.restUrl).host, new URL(gateway.mcpUrl).host];
  const here = script.replaceAll('localhost:8000', rest).replaceAll('localhost:8001', mcp);
  const env = { ...process.env, KEY: gateway.apiKey, PASSWORD: gateway.adminPassword };
  const run = promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here], { env, cwd: folder });
  return (await run).stdout.trim();
}

const hasTools = ['curl', 'jq', 'openssl'].every((tool) => spawnSync(tool, ['--version']).error === undefined);
if (!hasTools) process.stderr.write('SKIPPED: the commands of the pages; they need curl, jq and openssl.\n');
const itRuns = hasTools ? it : it.skip;

describe('the README', () => {
  const [call, ...later] = consoleCommands('README.md').filter(({ command }) => !/^npm /.test(command));

  itRuns('shows a call and its answer', async () => {
    expect(JSON.parse(await shell(call!.command))).toEqual(JSON.parse(call!.output));
  });

  itRuns(
    'shows who called what, with the fields it has',
    async () => {
      const [login, ...queries] = later;
      expect(queries.length).toBeGreaterThanOrEqual(2);
      for (const { command, output } of queries) {
        await eventually(async () => {
          const answer = JSON.parse(await shell(`${login!.command}\n${command}`)) as unknown;
          expect(shapeOf(answer)).toEqual(shapeOf(JSON.parse(output)));
        });
      }
    },
    30_000,
  );
});

/** What a test machine does not have, and other tests cover where they can: `sh <need>` blocks are not run here. */
const NEEDS = ['install', 'systemd', 'docker', 'tunnel', 'serve'];

describe.each(readdirSync(join('docs', 'deploy')).map((page) => join('docs', 'deploy', page)))('%s', (page) => {
  itRuns(
    'has commands that work as printed',
    async () => {
      for (const script of codeBlocks(page, 'sh')) expect(await shell(`${script}\ntrue`)).toBeDefined();
    },
    30_000,
  );

  it('says of every other command what it needs', () => {
    const needs = [...readFileSync(page, 'utf8').matchAll(/^```sh (.*)$/gm)].map(([, need]) => need);
    expect(NEEDS).toEqual(expect.arrayContaining(needs));
  });

  it('links to files that exist', () => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => join(page, '..', link!));
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});

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

/** An answer with its values left out: they differ from run to run. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}
