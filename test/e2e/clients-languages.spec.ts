import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createToken } from '../../src/api-keys/keys/api-key-token.js';
import { clientConfigurations } from '../../src/start/clients/client-configuration.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { hasPython, pythonProgram, type PythonEnvironment } from '../support/python/python-program.js';

/** On a new machine libraries are installed and compiled first. */
jest.setTimeout(300_000);

let gateway: GatewayProcess;
/** Below `node_modules`, where programs find the SDK for TypeScript. */
const folder = resolve('node_modules', '.cache', `tallygate-clients-${process.pid}`);
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  mkdirSync(folder, { recursive: true });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await gateway.destroy();
});

/** What a program wrote, on both streams, and how it ended. */
interface Run {
  code: number;
  output: string;
}

type Program = (key: string | undefined) => [program: string, ...args: string[]];

/** A program is run four times, all at once: most of its time goes into loading its libraries. */
function runsOf(program: () => Program): () => Record<'good' | 'none' | 'wrong' | 'revoked', Run> {
  let runs: Record<'good' | 'none' | 'wrong' | 'revoked', Run>;
  beforeAll(async () => {
    const start = program();
    const run = (key?: string) => execute(start(key), key);
    const revoked = await gateway.revokedKey();
    const all = await Promise.all([run(gateway.apiKey), run(), run(createToken('sk-').token), run(revoked)]);
    runs = { good: all[0], none: all[1], wrong: all[2], revoked: all[3] };
  });
  return () => runs;
}

const execute = ([program, ...args]: string[], key = ''): Promise<Run> =>
  new Promise((done) => {
    const env = { PATH: process.env['PATH'], HOME: folder, TALLYGATE_API_KEY: key };
    const child = execFile(program!, args, { env, timeout: 60_000 }, (_, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

/** The program that `tallygate config client` prints; without a key it sends no header. */
function printed(name: string, ending: string, interpreter: string): Program {
  const { text } = clientConfigurations(gateway.mcpUrl, '').find((configuration) => configuration.name === name)!;
  return (key) => {
    const file = join(folder, `${name}-${key === undefined ? 'no-key' : 'key'}.${ending}`);
    const shown = key === undefined ? text.replace(/^((?:const )?headers = \{).*\}/m, '$1}') : text;
    writeFileSync(file, shown);
    return [interpreter, file];
  };
}

/** What a client shows to whom it serves, and to whom it does not. */
function showsWhy(runs: () => Record<'good' | 'none' | 'wrong' | 'revoked', Run>): void {
  it('calls with a good key', () => {
    expect(runs().good).toMatchObject({ code: 0, output: expect.stringMatching(/Hello, Alice!|'greet'/) });
  });

  it.each([
    ['none', /API key required\. Send an API key as '?.?Authorization: Bearer/],
    ['wrong', /Invalid or expired API key: there is no such key here/],
    ['revoked', /Invalid or expired API key: it was revoked/],
  ] as const)('shows why: %s', (which, reason) => {
    const { code, output } = runs()[which];
    expect(output).toMatch(reason);
    expect(code).toBe(1);
  });
}

const PYTHON: [name: string, environment: PythonEnvironment][] = [
  ['python', 'mcp-1'],
  ['langchain', 'mcp-1'],
  ['python', 'mcp-2'],
  ['fastmcp', 'mcp-2'],
  ['openai-agents', 'mcp-2'],
  ['pydantic-ai', 'mcp-2'],
];
(hasPython(11) ? describe : describe.skip).each(PYTHON)('the program printed for %s, with %s', (name, environment) => {
  showsWhy(runsOf(() => printed(name, 'py', pythonProgram(environment, 'python'))));
});

describe('the program printed for typescript', () => {
  showsWhy(runsOf(() => printed('typescript', 'mjs', process.execPath)));
});

(hasGo() ? describe : describe.skip)("the official SDK's client for Go", () => {
  showsWhy(
    runsOf(() => {
      const program = goProgram();
      return () => [program, gateway.mcpUrl];
    }),
  );
});

function hasGo(): boolean {
  const found = spawnSync('go', ['version']).status === 0;
  if (!found) process.stderr.write('SKIPPED: what needs Go; install Go 1.25 or newer to run it.\n');
  return found;
}

/** Built once, below `node_modules`; after that Go finds all of it in its cache. */
function goProgram(): string {
  const program = resolve('node_modules', '.cache', 'tallygate-go', 'client');
  const { status, stderr } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: join('test', 'support', 'clients', 'go'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`go build: ${stderr}`);
  return program;
}
