import { join, resolve } from 'node:path';
import { compiled } from '../../clients/key-callers.js';
import { installedOnce, run } from '../../installed-once.js';
import type { Request } from './comparison.js';
import type { Program } from './lines.js';
import { call, ownRequests } from './own-servers.js';
import type { RealServer } from './real-server-rig.js';

const sourceOf = (language: string) => join('test', 'support', 'upstreams', 'real', language);
/** Such a call reports each of its steps. */
const REPORT: Request = ['tools/call', '{"name":"report","arguments":{"steps":3},"_meta":{"progressToken":7}}'];

/** Both transports of a server of ours, which is called `http SCHEME PORT` or `stdio SCHEME`. */
function bothTransports(language: string, program: (...args: string[]) => Program, more: Partial<RealServer>): RealServer[] {
  const both: Omit<RealServer, 'requests'>[] = [
    { name: language, path: '/mcp', program: ({ port }) => program('http', language, String(port)) },
    { name: `${language}-stdio`, program: () => program('stdio', `${language}-stdio`) },
  ];
  return both.map((server) => ({ requests: () => ownRequests(server.name), ...more, ...server }));
}

const goServer = (name: string, library: 'official' | 'mcp-go', requests: Request[]): RealServer => ({
  name,
  path: '/mcp',
  program: ({ port }) => {
    const target = compiled('go', (folder) => ['build', '-o', join(folder, 'server'), '.'], sourceOf('go'));
    return { command: join(target, 'server'), args: [library, String(port), name] };
  },
  requests: () => requests,
});
/** Ours with mcp-go has neither. */
const isKnownThere = ([, params]: Request) => !params.includes('"visit"') && !params.includes('by-name');

/** The official SDK for Go, and mark3labs/mcp-go. */
export const GO_SERVERS: readonly RealServer[] = [
  goServer('go', 'official', ownRequests('go')),
  goServer('mcp-go', 'mcp-go', ownRequests('mcp-go').filter(isKnownThere)),
];

function rustProgram(...args: string[]): Program {
  const target = compiled('cargo', (folder) => ['build', '--quiet', '--locked', '--target-dir', folder], sourceOf('rust'));
  return { command: join(target, 'debug', 'server'), args };
}

/** The official SDK for Rust. */
export const RUST_SERVERS: readonly RealServer[] = bothTransports('rust', rustProgram, {
  talks: [REPORT],
  unanswered: /1e400/,
});

function javaProgram(...args: string[]): Program {
  const pom = join(sourceOf('java'), 'pom.xml');
  const folder = installedOnce('tallygate-java', pom, (target) =>
    run('mvn', '--quiet', '--batch-mode', '--file', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${target}`),
  );
  return { command: 'java', args: ['-cp', join(folder, '*'), resolve(sourceOf('java'), 'Server.java'), ...args] };
}

/** The official SDK for Java. Over HTTP it sometimes closes the connection behind an error, and loses what is asked next. */
const [JAVA_HTTP, JAVA_STDIO] = bothTransports('java', javaProgram, { talks: [REPORT, call('ask', '{}')] });
const isNoFailure = ([, params]: Request) => !params.includes('"fail"');
export const JAVA_SERVERS: readonly RealServer[] = [
  { ...JAVA_HTTP!, except: ['fail', 'refuse'], requests: () => ownRequests('java').filter(isNoFailure) },
  JAVA_STDIO!,
];
