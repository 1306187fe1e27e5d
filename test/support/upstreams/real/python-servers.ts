import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pythonProgram, type PythonEnvironment } from '../../python/python-program.js';
import { call, ownRequests } from './own-servers.js';
import type { RealServer } from './real-server-rig.js';

const TIME: RealServer = {
  name: 'time',
  program: () => ({ command: pythonProgram('servers', 'mcp-server-time'), args: ['--local-timezone', 'Europe/Zurich'] }),
  varies: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|\b[A-Z][a-z]+day\b/g,
  requests: () => [
    call('get_current_time', '{"timezone":"Asia/Tokyo"}'),
    call('get_current_time', '{"timezone":"Nowhere"}'),
    call('get_current_time', '{"timezone":9007199254740993}'),
    call('convert_time', '{"source_timezone":"UTC","time":"16:30","target_timezone":"Asia/Kathmandu"}'),
    call('convert_time', '{"source_timezone":"UTC","time":"25:99","target_timezone":"UTC"}'),
  ],
};

const GIT: RealServer = {
  name: 'git',
  program: () => ({ command: pythonProgram('servers', 'mcp-server-git'), args: [] }),
  prepare: (folder) => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: folder });
    git('init', '--quiet', '--initial-branch=main');
    writeFileSync(join(folder, 'a.txt'), 'one\n');
    git('add', '.');
    git('commit', '--quiet', '-m', 'First — é');
    writeFileSync(join(folder, 'a.txt'), 'two\n');
  },
  requests: (folder) => {
    const at = (more: object = {}) => JSON.stringify({ repo_path: folder, ...more });
    return [
      call('git_status', at()),
      call('git_diff_unstaged', at({ context_lines: 1 })),
      call('git_diff', at({ target: 'no-such-branch' })),
      call('git_log', at({ max_count: 5 })),
      call('git_show', at({ revision: 'HEAD' })),
      call('git_branch', at({ branch_type: 'local' })),
      call('git_status', '{"repo_path":"/none"}'),
      call('git_log', `{"repo_path":${JSON.stringify(folder)},"max_count":9007199254740993}`),
    ];
  },
};

const FETCH: RealServer = {
  name: 'fetch',
  program: () => ({ command: pythonProgram('servers', 'mcp-server-fetch'), args: ['--ignore-robots-txt'] }),
  requests: () => [
    call('fetch', '{"url":"http://127.0.0.1:1/","raw":true}'),
    call('fetch', '{"url":"no address"}'),
    call('fetch', '{"url":"http://127.0.0.1:1/","max_length":12345678901234567890}'),
    ['prompts/get', '{"name":"fetch","arguments":{"url":"http://127.0.0.1:1/"}}'],
  ],
};

const fastMcp = (name: string, environment: PythonEnvironment, path: string): RealServer => ({
  name,
  path,
  program: ({ port }) => ({
    command: pythonProgram(environment, 'python'),
    args: [resolve('test', 'support', 'upstreams', 'real', 'fastmcp_server.py'), String(port), name],
  }),
  except: ['wait'],
  waits: true,
  talks: [['tools/call', '{"name":"report","arguments":{"steps":3},"_meta":{"progressToken":7}}']],
  requests: () => ownRequests(name),
});

export const PYTHON_SERVERS: readonly RealServer[] = [
  TIME,
  GIT,
  FETCH,
  fastMcp('fastmcp2', 'fastmcp-2', '/mcp/'),
  fastMcp('fastmcp3', 'fastmcp-3', '/mcp'), // which it redirects
  fastMcp('fastmcp4', 'mcp-2', '/mcp/'),
];
