import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const hasNginx = (): boolean => spawnSync('nginx', ['-v']).status === 0;

/** An unprivileged nginx in the foreground, with everything it writes in a folder of its own. */
export function startNginx(conf: string, folder: string): ChildProcess {
  mkdirSync(folder, { recursive: true });
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join(' ');
  const file = join(folder, 'nginx.conf');
  const log = join(folder, 'error.log');
  writeFileSync(
    file,
    `daemon off; pid ${join(folder, 'pid')}; error_log ${log};\n${conf.replace('http {', `http { access_log off; ${paths}`)}`,
  );
  return spawn('nginx', ['-c', file, '-e', log], { stdio: 'inherit' });
}

/** Resolves when the program has ended. */
export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
