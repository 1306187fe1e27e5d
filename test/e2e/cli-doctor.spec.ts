import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Finding {
  check: string;
  state: string;
  words: string;
  fix?: string;
}

/** Tests run processes, which take their time on a loaded machine. */
jest.setTimeout(60_000);

const folder = temporaryFolder('doctor');
let other: Server;
let taken: string;
beforeAll(async () => {
  other = createServer().listen(0);
  await once(other, 'listening');
  taken = String((other.address() as AddressInfo).port);
});
afterAll(() => {
  other.close();
  rmSync(folder, { recursive: true });
});

/** Port 0 is always free. */
const healthy = { GATEWAY_PORT: '0', GATEWAY_MCP_PORT: '0', GATEWAY_DATA_DIR: join(folder, 'data') };

async function findings(env: Record<string, string>): Promise<{ code: number | null; bad: Finding[]; all: Finding[] }> {
  const { code, stdout } = await tallygate(['doctor', '--json'], { env: { ...healthy, ...env } });
  const all = JSON.parse(stdout) as Finding[];
  return { code, all, bad: all.filter(({ state }) => state === 'bad') };
}

describe('tallygate doctor', () => {
  it('finds nothing wrong with a fresh clone, and makes nothing', async () => {
    const { code, stdout, stderr } = await tallygate(['doctor'], { env: healthy });
    expect([code, stderr]).toEqual([0, '']);
    for (const check of ['settings', 'ports', 'PostgreSQL', 'ClickHouse', 'secrets']) expect(stdout).toContain(`✓ ${check}`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lists mistakes in the settings', async () => {
    const { code, bad } = await findings({ GATEWAY_CREDITS: 'maybe', GATEWAY_MCP_PORT: 'x' });
    expect([code, bad.length]).toEqual([1, 2]);
  });

  it('finds a port that another program has, and engines that are away, each with the fix', async () => {
    const { code, bad } = await findings({
      GATEWAY_PORT: taken,
      GATEWAY_DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/x',
      GATEWAY_CLICKHOUSE_URL: 'http://127.0.0.1:9',
      GATEWAY_REDIS_URL: 'redis://:s3cret@127.0.0.1:9',
      GATEWAY_SECRET_KEY: 'x'.repeat(32),
    });
    expect(code).toBe(1);
    expect(bad.map(({ check }) => check)).toEqual(['ports', 'PostgreSQL', 'ClickHouse', 'Redis']);
    expect(bad[0]).toMatchObject({
      words: `${taken} is in use by another program`,
      fix: expect.stringContaining('GATEWAY_PORT'),
    });
    expect(bad[1]!.fix).toContain('GATEWAY_DATABASE_URL');
  });

  it('finds a secret that others can read', async () => {
    const dataDir = join(folder, 'open');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'secret-key'), 'x'.repeat(64));
    chmodSync(join(dataDir, 'secret-key'), 0o644);
    const { bad } = await findings({ GATEWAY_DATA_DIR: dataDir });
    expect(bad).toEqual([expect.objectContaining({ check: 'secrets', fix: `chmod 600 ${join(dataDir, 'secret-key')}` })]);
    rmSync(dataDir, { recursive: true });
  });
});

describe('tallygate doctor, while a gateway runs,', () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await GatewayProcess.start({ env: { GATEWAY_TEMPLATES: 'http,file-server' } });
  });
  afterAll(() => gateway.destroy());

  const said = async (env: Record<string, string> = {}) => {
    const args = ['doctor', '--data-dir', gateway.dataDir];
    return tallygate(args, { env: { XDG_CONFIG_HOME: folder, GATEWAY_TEMPLATES: 'http,file-server', ...env } });
  };
  const portsOf = ({ restUrl, mcpUrl }: GatewayProcess) => [restUrl, mcpUrl].map((url) => new URL(url).port);

  it('finds it by its data folder, on whatever ports, with the settings of another start', async () => {
    const { code, stdout } = await said({ GATEWAY_PORT: taken });
    expect(code).toBe(0);
    for (const port of portsOf(gateway)) expect(stdout).toContain(`${port} is served by the running gateway`);
    expect(stdout).toContain('connected, says the running gateway');
    expect(stdout).not.toContain(taken);
  });

  it('says which server behind it cannot serve, in the words of its program to whoever is logged in', async () => {
    const missing = join(folder, 'not-there');
    await gateway.rest('POST', '/servers', { template_name: 'file-server', config: { base_path: missing } });
    const stranger = await said();
    expect([stranger.code, stranger.stdout]).toEqual([1, expect.stringContaining('1 of 1 cannot serve')]);
    expect(stranger.stdout).toContain(`tallygate login admin@localhost --url ${gateway.restUrl}`);
    expect(stranger.stdout).not.toContain(missing);
    const login = ['login', 'admin@localhost', '--url', gateway.mcpUrl];
    expect((await tallygate(login, { stdin: gateway.adminPassword, env: { XDG_CONFIG_HOME: folder } })).code).toBe(0);
    const { stdout } = await said();
    expect(stdout).toMatch(new RegExp(`✗ servers +file-server: .*said: .*${missing}`));
    expect(stdout).toContain('Fix: Mend it, then: tallygate servers check file-server');
  });
});
