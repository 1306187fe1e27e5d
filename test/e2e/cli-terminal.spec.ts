import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tallygate } from '../support/gateway/cli-process.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';

jest.setTimeout(120_000);

const ESCAPE = '\u001b';
const ASKED = 'Approve this? [y/N] ';
const STATS = ['usage', 'stats', '--days', '1'];
const IMPORT = ['import', '--synthetic', '--symbols', '3', '--days', '300'];

const home = temporaryFolder('cli-terminal');
const upstream = new OddUpstream();
let gateway: GatewayProcess;
let env: Record<string, string>;
beforeAll(async () => {
  await upstream.start();
  const config = join(home, 'gateway.yaml');
  const templates = { asked: { transport: 'http', url: upstream.url, approval: 'manual' } };
  writeFileSync(config, JSON.stringify({ servers: { allowed_networks: ['127.0.0.0/8'] }, templates })); // JSON is YAML
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  await gateway.rest('POST', '/servers', { template_name: 'asked' });
  const settings = { GATEWAY_DATA_DIR: gateway.dataDir, GATEWAY_PORT: new URL(gateway.restUrl).port };
  env = { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: home, ...settings };
  await tallygate(['login', 'admin@localhost'], { env, stdin: gateway.adminPassword });
  await gateway.call('greet', { name: 'Alice' });
  await eventually(async () => expect((await tallygate(STATS, { env })).stdout).toContain('greet'));
});
afterAll(async () => {
  await gateway.destroy();
  await upstream.stop();
  rmSync(home, { recursive: true, force: true });
});

const onPipes = async (args: string[]) => Object.values(await tallygate(args, { env })).join('');

interface Terminal {
  columns?: number;
  variables?: object;
  /** What a person types when they are asked. */
  typed?: string;
}

/** All that a person sees, on a terminal that many characters wide, and the exit code. */
async function atTerminal(args: string[], { columns = 120, variables = {}, typed }: Terminal = {}) {
  const command = `stty cols ${columns} && exec '${process.execPath}' '${join('dist', 'cli', 'main.js')}' ${args.join(' ')}`;
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm-256color', ...env, ...variables },
    stdio: [typed === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  child.stdout!.on('data', (shown: Buffer) => {
    const wasAsked = screen.includes(ASKED);
    screen += String(shown);
    if (!wasAsked && screen.includes(ASKED)) child.stdin?.write(typed!);
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, screen };
}

async function onTerminal(args: string[], terminal: Terminal = {}): Promise<string> {
  const { code, screen } = await atTerminal(args, terminal);
  expect({ code, screen }).toMatchObject({ code: 0 });
  return screen;
}

const hasTerminal = spawnSync('script', ['--version']).stdout?.includes('util-linux');
if (!hasTerminal) process.stderr.write("SKIPPED: the command line on a terminal; it needs util-linux's script.\n");

(hasTerminal ? describe : describe.skip)('on a terminal', () => {
  it('charts are coloured, unless NO_COLOR is set; in a pipe they never are', async () => {
    expect(await onTerminal(STATS)).toContain(`${ESCAPE}[36m█`);
    expect(await onTerminal(STATS, { variables: { NO_COLOR: '1' } })).not.toContain(ESCAPE);
    expect(await onPipes(STATS)).not.toContain(ESCAPE);
  });

  it('long work shows how far it is; in a pipe only its report is seen', async () => {
    expect(await onTerminal(IMPORT)).toMatch(/[█░]+ \d+ %/);
    const piped = await onPipes([...IMPORT, '--seed', '2']);
    expect(piped).toContain('rows imported');
    expect(piped).not.toMatch(/[█░%\r]/);
  });

  it('a table too wide for it becomes paragraphs; in a pipe a row stays a line', async () => {
    expect(await onTerminal(['keys', 'list'], { columns: 200 })).toMatch(/^ID +NAME +KEY/);
    expect(await onTerminal(['keys', 'list'], { columns: 80 })).toMatch(/^ID +\S{36}\r\nNAME +default\r\nKEY +sk-/);
    expect(await onPipes(['keys', 'list'])).toMatch(/^0ID +NAME +KEY/);
  });

  describe('what waits for approval', () => {
    const approve = (typed: string) => atTerminal(['servers', 'approve', 'asked', 'look'], { typed });
    const stateOf = async () => (await gateway.rest('GET', '/servers/asked/pins')).json.pins[0].state as string;

    it.each([
      ['no', 'no\r', 1],
      ['nothing', '\r', 1],
      ['a word that begins as yes does', 'yep\r', 1],
      ['the end of input', '\u0004', 1],
      ['Ctrl-C', '\u0003', 130],
    ])('is shown, and stays so where somebody answers with %s', async (_, typed, exitCode) => {
      const { code, screen } = await approve(typed);
      expect(screen).toMatch(/tool look @[0-9a-f]{12}\r\n\+ \{\r\n\+ {3}"name": "look"/);
      expect([code, await stateOf()]).toEqual([exitCode, 'quarantined']);
      if (exitCode === 1) expect(screen).toMatch(/Error: Nothing was approved\.\r\n$/);
    });

    it.each(['y\r', ' YES \r'])('is approved where somebody answers with %j', async (typed) => {
      upstream.results['tools/list'] = JSON.stringify({ tools: [{ name: 'look', description: typed, inputSchema: {} }] });
      await gateway.rest('POST', '/servers/asked/check');
      expect(await stateOf()).toBe('quarantined');
      const { code, screen } = await approve(typed);
      expect([code, await stateOf()]).toEqual([0, 'approved']);
      expect(screen).toContain('Approved tool look.');
    });
  });
});
