import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkPackage, linkPackages } from '../support/gateway/installation.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(60_000);

const FILE_SERVER = '@modelcontextprotocol/server-filesystem';
const SERVERS = ['filesystem', 'memory', 'everything'].map((name) => `@modelcontextprotocol/server-${name}`);

/** The program as `npm ci` and the build leave it: without the packages of servers, which tests have. */
const installation = temporaryFolder('installation');
const dataDir = temporaryFolder('packages-data');
const env = { GATEWAY_CONFIG: join(installation, 'gateway.yaml') };
const program = join(installation, 'dist', 'main.js');
const command = `npm install --prefix ${join(dataDir, 'packages')} ${FILE_SERVER}@2026.8.31`;

beforeAll(() => {
  cpSync('dist', join(installation, 'dist'), { recursive: true });
  cpSync('package.json', join(installation, 'package.json'));
  linkPackages(installation, SERVERS);
  writeFileSync(env.GATEWAY_CONFIG, 'servers:\n  enabled_templates: [http, file-server]\n');
});
afterAll(() => {
  for (const folder of [installation, dataDir]) rmSync(folder, { recursive: true, force: true });
});

let gateway: GatewayProcess;
afterEach(async () => {
  await gateway.end();
});

/** What `tallygate doctor` says of the templates. */
async function templateFindings(): Promise<unknown[]> {
  const args = [join(installation, 'dist', 'cli', 'main.js'), 'doctor', '--json'];
  const settings = { PATH: process.env['PATH'], ...env, GATEWAY_DATA_DIR: dataDir, GATEWAY_PORT: '0', GATEWAY_MCP_PORT: '0' };
  const stdout = await new Promise<string>((done) => execFile(process.execPath, args, { env: settings }, (_, out) => done(out)));
  return (JSON.parse(stdout) as { check: string }[]).filter(({ check }) => check === 'templates');
}

const registration = { template_name: 'file-server', config: { base_path: '/data' } };

describe('a shipped template that is switched on while its package is not installed', () => {
  it('does not stop the start: the log, the registration and the doctor say what is missing and how to have it', async () => {
    gateway = await GatewayProcess.start({ dataDir, program, env });
    expect(gateway.output).toContain(command);
    const { status, json } = await gateway.rest('POST', '/servers', registration);
    expect([status, json.error_code]).toEqual([400, 'INVALID_INPUT']);
    expect(JSON.stringify(json)).toContain(`needs the package ${FILE_SERVER}, which is not installed`);
    expect(JSON.stringify(json)).toContain(`npm install --prefix DATA_DIR/packages ${FILE_SERVER}@`);
    expect(JSON.stringify(json)).not.toContain(dataDir);
    expect(await templateFindings()).toEqual([
      expect.objectContaining({ state: 'bad', fix: `${command}, then restart the gateway.` }),
    ]);
  });

  it('works from the next start on with the package in the data folder', async () => {
    linkPackage(FILE_SERVER, join(dataDir, 'packages'));
    expect(await templateFindings()).toEqual([]);
    gateway = await GatewayProcess.start({ dataDir, program, env });
    expect((await gateway.rest('POST', '/servers', registration)).status).toBe(201);
    expect(gateway.output).not.toContain('not installed');
  });
});
