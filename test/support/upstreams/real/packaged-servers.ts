import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedOnce, run } from '../../installed-once.js';
import { call } from './own-servers.js';
import type { Program } from './lines.js';
import type { RealServer } from './real-server-rig.js';

const MANIFESTS = join('test', 'support', 'upstreams', 'real', 'npm');
const LOCK = 'package-lock.json';

/** A program of a package that is large, and needed here only. */
function ofPackage(file: string, ...args: string[]): Program {
  const folder = installedOnce('tallygate-real-servers', join(MANIFESTS, LOCK), (target) => {
    for (const name of ['package.json', LOCK]) copyFileSync(join(MANIFESTS, name), join(target, name));
    run('npm', 'ci', '--prefix', target, '--ignore-scripts', '--no-audit', '--no-fund');
  });
  return { command: process.execPath, args: [join(folder, 'node_modules', file), ...args] };
}

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1';

/** Without a browser, so that each of its tools says why it cannot be had. */
const PLAYWRIGHT: RealServer = {
  name: 'playwright',
  program: ({ folder }) =>
    ofPackage(
      join('@playwright', 'mcp', 'cli.js'),
      ...['--isolated', '--headless', '--caps=vision,pdf,devtools'],
      ...['--executable-path', join(folder, 'none'), '--output-dir', folder],
    ),
  requests: () => [
    call('browser_navigate', `{"url":"${NOWHERE}/"}`),
    call('browser_navigate', '{"url":9007199254740993}'),
    call('browser_resize', '{"width":1e3,"height":-0.50}'),
    call('browser_evaluate', '{"function":"() => \\ud83d\\ude00"}'),
    call('browser_file_upload', '{"paths":["/none"],"extra":1.0}'),
  ],
};

/** Cut off from its service, so that each call fails. */
const CONTEXT7: RealServer = {
  name: 'context7',
  path: '/mcp',
  program: ({ port }) => ({
    ...ofPackage(join('@upstash', 'context7-mcp', 'dist', 'index.js'), '--transport', 'http', '--port', String(port)),
    env: { CONTEXT7_API_URL: NOWHERE },
  }),
  requests: () => [
    call('resolve-library-id', '{"libraryName":"nest","query":"é — \\ud83d\\ude00"}'),
    call('query-docs', '{"libraryId":"/nestjs/nest","query":"guards"}'),
    call('query-docs', '{"libraryId":9007199254740993,"query":null}'),
  ],
};

export const PACKAGED_SERVERS: readonly RealServer[] = [PLAYWRIGHT, CONTEXT7];
