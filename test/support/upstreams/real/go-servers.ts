import { join } from 'node:path';
import { compiled } from '../../clients/key-callers.js';
import type { Request } from './comparison.js';
import { ownRequests } from './own-servers.js';
import type { RealServer } from './real-server-rig.js';

const SOURCE = join('test', 'support', 'upstreams', 'real', 'go');
const program = () =>
  join(
    compiled('go', (folder) => ['build', '-o', join(folder, 'server'), '.'], SOURCE),
    'server',
  );

const server = (name: string, library: 'official' | 'mcp-go', requests: Request[]): RealServer => ({
  name,
  path: '/mcp',
  program: ({ port }) => ({ command: program(), args: [library, String(port), name] }),
  requests: () => requests,
});
/** Ours with mcp-go has neither. */
const isKnownThere = ([, params]: Request) => !params.includes('"visit"') && !params.includes('by-name');

/** The official SDK for Go, and mark3labs/mcp-go. */
export const GO_SERVERS: readonly RealServer[] = [
  server('go', 'official', ownRequests('go')),
  server('mcp-go', 'mcp-go', ownRequests('mcp-go').filter(isKnownThere)),
];
