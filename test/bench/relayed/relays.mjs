// Who is measured beside Tallygate, and how each is started before an upstream: `{ url }`, or `{ command, args }` over stdio.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmFile, pythonProgram, RELAYS } from '../install.mjs';

const ONLY_STDIO = 'takes servers over stdio only';

/**
 * `command`: of a relay that listens on `port`; throws what keeps it from being installed. `path`: of MCP there. `cannot`: why it is
 * not in an arrangement.
 */
export const RELAYS_BESIDE = [
  {
    name: "FastMCP's proxy 4.1.6",
    command: ({ url, command, args = [] }, port) => ({
      program: pythonProgram('fastmcp', 'python'),
      args: [join(RELAYS, 'fastmcp-proxy.py'), ...(url ? [] : [command, ...args])],
      env: { PORT: String(port), UPSTREAM_URL: url ?? '' },
    }),
    path: '/mcp',
    cannot: {},
  },
  { name: 'mcp-proxy 6.7.19 (npm)', command: npmMcpProxy, path: '/mcp', cannot: {} },
  {
    name: 'mcp-proxy 0.13.0 (PyPI)',
    command: ({ command, args }, port) => ({
      program: pythonProgram('mcp-proxy', 'mcp-proxy'),
      args: ['--port', String(port), '--log-level', 'WARNING', '--', command, ...args],
    }),
    path: '/mcp',
    cannot: { legacy: ONLY_STDIO, modern: ONLY_STDIO },
  },
  {
    name: 'supergateway 4.0.0 (npm)',
    command: ({ command, args }, port) => ({
      args: [
        npmFile(join('supergateway', 'dist', 'index.js')),
        ...['--stdio', [command, ...args].join(' '), '--outputTransport', 'streamableHttp'],
        ...['--stateful', '--port', String(port), '--logLevel', 'none'],
      ],
    }),
    path: '/mcp',
    cannot: { legacy: ONLY_STDIO, modern: ONLY_STDIO },
  },
  {
    name: "TBXark's mcp-proxy (Go)",
    command: tbxark,
    path: '/upstream/',
    cannot: { modern: 'speaks MCP up to 2025-11-25' },
  },
];

function npmMcpProxy({ url, command, args }, port) {
  const program = npmFile(join('mcp-proxy', 'dist', 'bin', 'mcp-proxy.mjs'));
  if (url) return { args: [join(RELAYS, 'mcp-proxy-http.mjs')], env: { PORT: String(port), UPSTREAM_URL: url } };
  const listen = ['--host', '127.0.0.1', '--port', String(port), '--server', 'stream', '--no-eventStore'];
  return { args: [program, ...listen, '--', command, ...args] };
}

/** Its module is not at the Go module proxy, so whoever measures builds it. */
function tbxark({ url, command, args }, port, folder) {
  const program = process.env.BENCH_TBXARK;
  if (!program || !existsSync(program)) throw new Error('no registry has it: build it and name the program in BENCH_TBXARK');
  const baseURL = `http://127.0.0.1:${port}`;
  const mcpProxy = { baseURL, addr: `127.0.0.1:${port}`, name: 'relay', version: '1.0.0', type: 'streamable-http' };
  const upstream = url ? { transportType: 'streamable-http', url } : { command, args };
  const file = join(folder, 'tbxark.json');
  writeFileSync(file, JSON.stringify({ mcpProxy, mcpServers: { upstream } }));
  return { program, args: ['-config', file] };
}
