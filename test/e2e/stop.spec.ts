import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { freePort } from '../support/gateway/free-port.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(120_000);

const START_MS = 60_000;
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await new EmbeddedPostgres(folder).stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

function newFolder(): string {
  const folder = temporaryFolder('stop');
  folders.push(folder);
  return folder;
}

const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], SHELL: '/bin/sh' };
const onFreePorts = (folder: string) => ['--port', '0', '--mcp-port', '0', '--data-dir', folder];

/** A command that serves, and all it has written. */
function run(command: string, args: readonly string[]) {
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ready = () => eventually(() => expect(output).toMatch(/is ready/), START_MS);
  return { child, ready, output: () => output };
}

const gatewayPid = (folder: string): number =>
  (JSON.parse(readFileSync(join(folder, 'gateway.json'), 'utf8')) as { pid: number }).pid;
const hasPostgres = (folder: string) => existsSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'));

/** It has taken back its name and closed its database: what only an orderly shutdown does. */
async function stopped(folder: string): Promise<void> {
  await eventually(
    () => expect([existsSync(join(folder, 'gateway.json')), hasPostgres(folder)]).toEqual([false, false]),
    START_MS,
  );
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill(signal);
  return ((await ended) as [number | null])[0];
}

describe('npm start', () => {
  it('takes the options of `tallygate serve`, and hands a signal on and waits', async () => {
    const [folder, port] = [newFolder(), await freePort()];
    const { child, ready, output } = run('npm', ['start', '--', '--port', String(port), '--mcp-port', '0', '--data-dir', folder]);
    await ready();
    expect(output()).toMatch(new RegExp(`REST +http://localhost:${port}`));
    // As where all of a group are told, such as by Ctrl-C: the gateway hears it from npm once more.
    process.kill(gatewayPid(folder), 'SIGTERM');
    expect(await end(child, 'SIGTERM')).toBe(0);
    expect(hasPostgres(folder)).toBe(false);
  });
});

describe('node dist/main.js', () => {
  it.each([['--prot', '8200'], ['8200']])('refuses what is no option: %s', (...args) => {
    const { status, stderr } = spawnSync(process.execPath, [join('dist', 'main.js'), ...args], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('error: ')]);
  });
});

const hasTerminal = spawnSync('script', ['--version']).stdout?.includes('util-linux');
if (!hasTerminal) process.stderr.write("SKIPPED: a gateway on a terminal; it needs util-linux's script.\n");

describe('A gateway whose terminal is closed', () => {
  const onTerminal = (folder: string, before = '') => {
    const command = `${before} '${process.execPath}' '${join('dist', 'main.js')}' ${onFreePorts(folder).join(' ')}`;
    return run('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null']);
  };

  (hasTerminal ? it : it.skip)('shuts down as at SIGTERM', async () => {
    const folder = newFolder();
    const { child, ready } = onTerminal(folder, 'exec');
    await ready();
    await end(child, 'SIGKILL');
    await stopped(folder);
  });
});

describe('A gateway without a terminal', () => {
  it('goes on at SIGHUP, as under nohup', async () => {
    const gateway = await GatewayProcess.start({});
    gateway.child.kill('SIGHUP');
    await eventually(() => expect(gateway.log).toContain('SIGHUP: started without a terminal; going on'));
    expect((await fetch(`${gateway.restUrl}/readyz`)).status).toBe(200);
    await gateway.destroy();
  });

  it('that was killed leaves its PostgreSQL, which the doctor finds and the next gateway stops', async () => {
    const gateway = await GatewayProcess.start({ dataDir: newFolder() });
    await gateway.end('SIGKILL');
    const state = async () => (await tallygate(['doctor', ...onFreePorts(gateway.dataDir)])).stdout;
    expect(await state()).toMatch(/PostgreSQL +embedded, left running on port \d+ by a gateway that was killed/);
    await (await GatewayProcess.start({ dataDir: gateway.dataDir })).end();
    expect(await state()).toMatch(/PostgreSQL +embedded, stopped, with data/);
  });
});

describe('A start that fails', () => {
  it('over ports in use makes nothing, and names them as they were given', async () => {
    const squatter = createServer().listen(0);
    const port = (squatter.address() as AddressInfo).port;
    const folder = newFolder();
    const { code, stderr } = await tallygate(['serve', '--port', String(port), '--mcp-port', '0', '--data-dir', folder]);
    squatter.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining(`--port: port ${port} is in use`)]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('over data that another gateway has says so in words alone', async () => {
    const first = await GatewayProcess.start({});
    const { code, stdout, stderr } = await tallygate(['serve', ...onFreePorts(first.dataDir)]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Another Tallygate is running on')]);
    expect(stdout + stderr).not.toMatch(/\bat .*\.js:\d+|ExceptionHandler/);
    // Its engine has not waited for the folder, which it would take when the first gateway ends.
    const engines = execFileSync('pgrep', ['-fc', `engine/main.js ${first.dataDir}`], { encoding: 'utf8' });
    expect(Number(engines)).toBe(1);
    await first.destroy();
  });
});
