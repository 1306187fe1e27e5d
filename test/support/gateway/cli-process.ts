import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  env?: Record<string, string>;
  /** What is typed into it; nothing when absent. */
  stdin?: string;
}

/** The built command line as a process of its own, with no environment but what is given. */
export async function tallygate(args: readonly string[], { env = {}, stdin = '' }: CliOptions = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [join('dist', 'cli', 'main.js'), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(stdin);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, stdout, stderr };
}
