import { join } from 'node:path';
import { compiled } from '../../clients/key-callers.js';
import { ownRequests } from './own-servers.js';
import type { RealServer } from './real-server-rig.js';

const SOURCE = join('test', 'support', 'upstreams', 'real', 'go');
const program = () =>
  join(
    compiled('go', (folder) => ['build', '-o', join(folder, 'server'), '.'], SOURCE),
    'server',
  );

/** The official SDK for Go, and mark3labs/mcp-go. */
export const GO_SERVERS: readonly RealServer[] = (['official', 'mcp-go'] as const).map((library) => ({
  name: library === 'official' ? 'go' : library,
  path: '/mcp',
  program: ({ port }) => ({ command: program(), args: [library, String(port)] }),
  requests: ownRequests,
}));
