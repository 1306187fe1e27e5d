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

/** Who calls, and what a client shows them. */
const CALLERS = {
  good: { key: () => gateway.apiKey, shown: /Hello, Alice!|'greet'/ },
  none: { key: () => undefined, shown: /API key required\. Send an API key as 'Authorization: Bearer/ },
  wrong: { key: () => createToken('sk-').token, shown: /Invalid or expired API key: there is no such key here/ },
  revoked: { key: () => gateway.revokedKey(), shown: /Invalid or expired API key: it was revoked/ },
};
type Caller = keyof typeof CALLERS;
const ALL = Object.keys(CALLERS) as Caller[];

/** What a client shows. Its runs are all at once: most of their time goes into loading libraries. */
function shows(callers: Caller[], program: () => Program): void {
  const runs = new Map<Caller, Run>();
  beforeAll(async () => {
    const keys = await Promise.all(callers.map((caller) => CALLERS[caller].key()));
    // After the gateway was asked: this may install for minutes, in which nothing here sees that idle connections are closed.
    const start = program();
    await Promise.all(callers.map(async (caller, n) => runs.set(caller, await execute(start(keys[n]), keys[n]))));
  });

  it.each(callers)('to a caller whose key is %s', (caller) => {
    const { code, output } = runs.get(caller)!;
    expect(output).toMatch(CALLERS[caller].shown);
    expect(code).toBe(caller === 'good' ? 0 : 1);
  });
}

const execute = ([program, ...args]: string[], key = ''): Promise<Run> =>
  new Promise((done) => {
    const env = { PATH: process.env['PATH'], HOME: folder, TALLYGATE_API_KEY: key };
    const child = execFile(program!, args, { env, timeout: 60_000 }, (_, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

/** The program that `tallygate config client` prints, as it is; without a key it sends no header. */
function printed(name: string, ending: string, interpreter: string): Program {
  const { text } = clientConfigurations(gateway.mcpUrl, '').find((configuration) => configuration.name === name)!;
  return (key) => {
    const file = join(folder, `${name}-${key === undefined ? 'no-key' : 'key'}.${ending}`);
    writeFileSync(file, text);
    return [interpreter, file];
  };
}

/** Frameworks on top of the SDK show what it says. */
const PYTHON: [name: string, environment: PythonEnvironment, callers: Caller[]][] = [
  ['python', 'mcp-1', ALL],
  ['langchain', 'mcp-1', ['good', 'revoked']],
  ['python', 'mcp-2', ALL],
  ['fastmcp', 'mcp-2', ALL],
  ['openai-agents', 'mcp-2', ['good', 'revoked']],
  ['pydantic-ai', 'mcp-2', ['good', 'revoked']],
];
(hasPython(11) ? describe : describe.skip).each(PYTHON)(
  'the program printed for %s, with %s, shows',
  (name, environment, callers) => {
    shows(callers, () => printed(name, 'py', pythonProgram(environment, 'python')));
  },
);

describe('the program printed for typescript shows', () => {
  shows(ALL, () => printed('typescript', 'mjs', process.execPath));
});

(hasGo() ? describe : describe.skip)("the official SDK's client for Go shows", () => {
  shows(ALL, () => {
    const program = built('go', (target) => ['build', '-o', join(target, 'client'), '.']);
    return () => [join(program, 'client'), gateway.mcpUrl];
  });
});

(hasRust() ? describe : describe.skip)("the official SDK's client for Rust shows", () => {
  shows(ALL, () => {
    const program = built('cargo', (target) => ['build', '--quiet', '--locked', '--target-dir', target]);
    return () => [join(program, 'debug', 'client'), gateway.mcpUrl];
  });
});

function hasGo(): boolean {
  const found = spawnSync('go', ['version']).status === 0;
  if (!found) process.stderr.write('SKIPPED: what needs Go; install Go 1.25 or newer to run it.\n');
  return found;
}

/** Its libraries take two minutes of two cores to compile, so that it is asked for. */
function hasRust(): boolean {
  const isWanted = process.env['TALLYGATE_TEST_RUST'] === 'true';
  if (!isWanted)
    process.stderr.write('SKIPPED: the client in Rust; with Rust 1.88 or newer, TALLYGATE_TEST_RUST=true runs it.\n');
  return isWanted;
}

/** Where a client is compiled, once, below `node_modules`. */
function built(compiler: 'go' | 'cargo', args: (target: string) => string[]): string {
  const target = resolve('node_modules', '.cache', `tallygate-${compiler}`);
  const cwd = join('test', 'support', 'clients', compiler === 'go' ? 'go' : 'rust');
  const { status, stderr } = spawnSync(compiler, args(target), { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${compiler} build: ${stderr}`);
  return target;
}
