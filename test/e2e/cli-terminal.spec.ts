import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { tallygate } from '../support/gateway/cli-process.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(120_000);

const ESCAPE = '\u001b';
const STATS = ['usage', 'stats', '--days', '1'];
const IMPORT = ['import', '--synthetic', '--symbols', '3', '--days', '300'];

const home = temporaryFolder('cli-terminal');
let gateway: GatewayProcess;
let env: Record<string, string>;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  const settings = { GATEWAY_DATA_DIR: gateway.dataDir, GATEWAY_PORT: new URL(gateway.restUrl).port };
  env = { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: home, ...settings };
  await tallygate(['login', 'admin@localhost'], { env, stdin: gateway.adminPassword });
  await gateway.call('greet', { name: 'Alice' });
  await eventually(async () => expect((await tallygate(STATS, { env })).stdout).toContain('greet'));
});
afterAll(async () => {
  await gateway.destroy();
  rmSync(home, { recursive: true, force: true });
});

const onPipes = async (args: string[]) => Object.values(await tallygate(args, { env })).join('');

/** All that a person sees, on a terminal that many characters wide. */
async function onTerminal(args: string[], { columns = 120, variables = {} } = {}): Promise<string> {
  const command = `stty cols ${columns} && exec '${process.execPath}' '${join('dist', 'cli', 'main.js')}' ${args.join(' ')}`;
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm-256color', ...env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [screen, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
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
});
