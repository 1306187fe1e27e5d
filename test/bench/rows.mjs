// The rows of the first table: a server, a request, and what it is measured beside.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HEADERS, hasRedis, startGateway } from './gateway.mjs';
import { SERVER_CORE, startServer, UPSTREAM_CORE } from './server-process.mjs';

const PEERS = join(dirname(fileURLToPath(import.meta.url)), 'peers');
const PEER_PORT = 18_090;
const PEER_URL = `http://127.0.0.1:${PEER_PORT}/messages`;
const TOOLS = 50;

const call = (name) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } });
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

async function peer(file, { tools = 1, core = SERVER_CORE, nodeOptions = [] } = {}) {
  const env = { PORT: String(PEER_PORT), TOOLS: String(tools) };
  const args = [...nodeOptions, join(PEERS, file)];
  const server = await startServer({ args, env, core, isReady: (output) => output.includes('ready') });
  return { ...server, url: PEER_URL, headers: HEADERS };
}

/** The recipe as an upstream server: it has so many tools, and as a server it is the slower part. */
const upstreamPeer = (options) => peer('sdk-stateless.mjs', { ...options, core: UPSTREAM_CORE });

async function gatewayBefore({ tools, ...options }) {
  const behind = await upstreamPeer({ tools });
  const upstream = { transport: 'http', url: PEER_URL };
  const server = await startGateway({ ...options, upstream }).catch(async (error) => {
    await behind.stop();
    throw error;
  });
  return { ...server, stop: async () => (await server.stop(), behind.stop()) };
}

export const STDIO_UPSTREAM = { transport: 'stdio', command: process.execPath, args: [join(PEERS, 'sdk-stdio.mjs')] };

const UPSTREAM_CALL = { body: call('echo'), hasUpstream: true };
const TALLYGATE_CALL = { body: call('get_latest_trading_day'), beside: 'the recipe', steady: true };

/**
 * `start`: with `nodeOptions` for the Node of the server that is measured. `as`: what later rows call it. `beside`: the earlier row its throughput is divided by and its latency compared with.
 * `steady`: measured at a fixed rate, too. `answers`: what the answer has to contain. Without `connections` 32.
 */
export const ROWS = [
  { name: 'node:http JSON echo', start: (options) => peer('node-http-echo.mjs', options), body: call('echo') },
  { name: 'Nest on Express, echo', start: (options) => peer('nest-express-echo.mjs', options), body: call('echo') },
  {
    name: 'SDK stateless recipe, tools/call',
    start: (options) => peer('sdk-stateless.mjs', options),
    body: call('echo'),
    as: 'the recipe',
  },
  {
    name: `SDK stateless recipe, tools/list, ${TOOLS} tools`,
    start: (options) => peer('sdk-stateless.mjs', { ...options, tools: TOOLS }),
    body: LIST,
    answers: `"echo_${TOOLS - 1}"`,
    as: 'its list',
  },
  { name: 'Tallygate, tools/call, key checked, limited, recorded', start: startGateway, ...TALLYGATE_CALL },
  { name: 'the same at 128 connections', start: startGateway, ...TALLYGATE_CALL, connections: 128 },
  {
    name: 'the same, limited in Redis',
    start: (options) => startGateway({ ...options, redis: true }),
    ...TALLYGATE_CALL,
    skipped: () => !hasRedis() && 'install redis-server to measure it',
  },
  {
    name: 'Tallygate, tools/call, priced (reserve + settle)',
    start: (options) => startGateway({ ...options, priced: true }),
    ...TALLYGATE_CALL,
  },
  {
    name: `Tallygate, tools/list, ${TOOLS} tools, key checked`,
    start: (options) => gatewayBefore({ ...options, tools: TOOLS }),
    body: LIST,
    answers: `"echo_${TOOLS - 1}"`,
    beside: 'its list',
  },
  { name: 'upstream over HTTP (the recipe), called directly', ...UPSTREAM_CALL, start: upstreamPeer, as: 'direct' },
  { name: 'Tallygate, proxied to it over HTTP', ...UPSTREAM_CALL, start: gatewayBefore, beside: 'direct' },
  {
    name: 'Tallygate, proxied over stdio (an SDK server)',
    start: (options) => startGateway({ ...options, upstream: STDIO_UPSTREAM }),
    body: call('echo'),
  },
];
