import { spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PROTOCOL_DESCRIPTOR } from '../../mcp-gateway/transport/protocol-descriptor.js';
import { EXIT } from '../terminal/cli-failure.js';

const PROGRAM = fileURLToPath(new URL('../../main-stdio.js', import.meta.url));

/**
 * Runs the gateway for the client on stdin and stdout, in a process of its own: the embedded ClickHouse there takes what
 * stands on stdin for rows of an INSERT, so its stdin is empty, and the client's lines go in beside it. It ends with stdin, by
 * the signals this process passes on, and with this process: the channel between them says so.
 */
export async function runStdioGateway(): Promise<void> {
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit', 'pipe', 'ipc'];
  const child = spawn(process.execPath, [...process.execArgv, PROGRAM], { stdio, detached: true });
  const protocol = child.stdio[PROTOCOL_DESCRIPTOR] as Writable;
  protocol.on('error', () => undefined); // it ended first, and its exit code says how
  process.stdin.pipe(protocol);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.stdin.destroy();
  process.exitCode = code ?? EXIT.failed;
}
