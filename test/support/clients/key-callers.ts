import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createToken } from '../../../src/api-keys/keys/api-key-token.js';
import { GatewayProcess } from '../gateway/gateway-process.js';

let gateway: GatewayProcess;
/** Below `node_modules`, where programs find the SDK for TypeScript. */
export const clientsFolder = resolve('node_modules', '.cache', `tallygate-clients-${process.pid}`);

/** What a program wrote, on both streams, and how it ended. */
interface Run {
  code: number;
  output: string;
}

/** The command that calls a gateway, for a caller with this key. */
export type Program = (key: string | undefined) => [program: string, ...args: string[]];

/** Who calls, and what a client shows them. */
const CALLERS = {
  good: { key: () => gateway.apiKey, shown: /Hello, Alice!|'greet'/ },
  none: { key: () => undefined, shown: /API key required\. Send an API key as 'Authorization: Bearer/ },
  wrong: { key: () => createToken('sk-').token, shown: /Invalid or expired API key: there is no such key here/ },
  revoked: { key: () => gateway.revokedKey(), shown: /Invalid or expired API key: it was revoked/ },
};
export type Caller = keyof typeof CALLERS;
export const ALL_CALLERS = Object.keys(CALLERS) as Caller[];

/** Has a gateway for all clients of a spec, and a folder for their programs. */
export function withGateway(): () => GatewayProcess {
  beforeAll(async () => {
    gateway = await GatewayProcess.start();
    mkdirSync(clientsFolder, { recursive: true });
  }, 60_000);
  afterAll(async () => {
    rmSync(clientsFolder, { recursive: true, force: true });
    await gateway.destroy();
  });
  return () => gateway;
}

/** What a client shows, `refusal` in place of the gateway's words. Its runs are all at once: most of their time goes into loading libraries. */
export function shows(callers: Caller[], program: () => Program, refusal?: RegExp): void {
  const runs = new Map<Caller, Run>();
  beforeAll(async () => {
    const keys = await Promise.all(callers.map((caller) => CALLERS[caller].key()));
    // After the gateway was asked: this may install for minutes, in which nothing here sees that idle connections are closed.
    const start = program();
    await Promise.all(callers.map(async (caller, n) => runs.set(caller, await execute(start(keys[n]), keys[n]))));
  });

  it.each(callers)('to a caller whose key is %s', (caller) => {
    const { code, output } = runs.get(caller)!;
    expect(output).toMatch((caller !== 'good' && refusal) || CALLERS[caller].shown);
    expect(code).toBe(caller === 'good' ? 0 : 1);
  });
}

const execute = ([program, ...args]: string[], key = ''): Promise<Run> =>
  new Promise((done) => {
    const env = { PATH: process.env['PATH'], HOME: clientsFolder, TALLYGATE_API_KEY: key };
    const child = execFile(program!, args, { env, timeout: 60_000 }, (_, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

const CLIENTS = join('test', 'support', 'clients');

/**
 * Where a program of ours is compiled, once, below `node_modules`.
 * @param cwd Where its source is; else that of our client in this language
 * @throws Error with the compiler's words
 */
export function compiled(
  compiler: 'go' | 'cargo',
  args: (target: string) => string[],
  cwd = join(CLIENTS, compiler === 'go' ? 'go' : 'rust'),
): string {
  const target = resolve('node_modules', '.cache', `tallygate-${compiler}`);
  const { status, stderr } = spawnSync(compiler, args(target), { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${compiler} build: ${stderr}`);
  return target;
}
