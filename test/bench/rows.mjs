// Groups of rows that are compared: each has a server, a request, and what it is measured beside.
import { join } from 'node:path';
import { HEADERS, hasRedis, startGateway } from './gateway.mjs';
import { hasGo, whyNoGo } from './generator.mjs';
import { ARRANGEMENTS, PRICED_UPSTREAM, startUpstream } from './relayed/arrangements.mjs';
import { tool } from './install.mjs';
import { SERVER_CORE, startServer, UPSTREAM_CORE } from './server-process.mjs';
import { ALL_POINTS, MANY, ONE, STEADY } from './turns.mjs';

const PEERS = join(import.meta.dirname, 'peers');
const FIRST_PORT = 18_100;
const TOOLS = 50;
let peers = 0;

const asked = (method, params) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
export const CALL = { body: asked('tools/call', { name: 'get_latest_trading_day', arguments: {} }) };
const ECHO = { body: asked('tools/call', { name: 'echo', arguments: {} }) };
const LIST = { body: asked('tools/list', {}), expected: `"echo_${TOOLS - 1}"` };

async function peer(file, { tools = 1, core = SERVER_CORE, nodeOptions = [], node } = {}) {
  const port = FIRST_PORT + peers++;
  const env = { PORT: String(port), TOOLS: String(tools) };
  const args = [...nodeOptions, join(PEERS, file)];
  const server = await startServer({ program: node, args, env, core, isReady: (output) => output.includes('ready') });
  return { ...server, url: `http://127.0.0.1:${port}/messages`, headers: HEADERS };
}

/** A gateway and what is behind it, which ends with it. */
async function before(behind, options) {
  const upstream = { transport: 'http', url: behind.url };
  const server = await startGateway({ ...options, upstream }).catch(async (error) => {
    await behind.stop();
    throw error;
  });
  return { ...server, stop: async () => (await server.stop(), behind.stop()) };
}

const beforeTheRecipe = async (options) =>
  before(await peer('sdk-stateless.mjs', { tools: TOOLS, core: UPSTREAM_CORE }), options);

/** The neutral upstream of `npm run bench -- relayed`. */
async function relaying(options) {
  const port = FIRST_PORT + peers++;
  const upstream = await startUpstream(ARRANGEMENTS[0], tool('upstream'), port);
  return before({ ...upstream, url: upstream.named.url }, options);
}

const RELAYED = { request: {}, skipped: () => !hasGo() && `its upstream and its load generator need Go: ${whyNoGo()}` };

/** The rows that `nodes` and `compare` measure as well. */
export const FREE = { name: 'Tallygate, free', start: startGateway, request: CALL };
export const PRICED = {
  name: 'Tallygate, priced',
  start: (options) => startGateway({ ...options, priced: true }),
  request: CALL,
};
export const RELAYED_FREE = { name: 'Tallygate, relayed, free', start: relaying, ...RELAYED };
export const RELAYED_PRICED = {
  name: 'Tallygate, relayed, priced',
  start: (options) => relaying({ ...options, ...PRICED_UPSTREAM }),
  ...RELAYED,
};
export const RECIPE = {
  name: "the SDK's recipe",
  start: (options) => peer('sdk-stateless.mjs', options),
  request: ECHO,
  points: ALL_POINTS.filter((point) => point !== STEADY), // it cannot
};
export const LISTING = { name: 'Tallygate, key checked', start: beforeTheRecipe, request: LIST };
export const RECIPES_LIST = {
  name: "the SDK's recipe, its list",
  start: (options) => peer('sdk-stateless.mjs', { ...options, tools: TOOLS }),
  request: LIST,
};

const FREE_IN_REDIS = {
  name: 'Tallygate, free, limits in Redis',
  start: (options) => startGateway({ ...options, redis: true }),
  request: CALL,
  points: [ONE, MANY, STEADY],
  skipped: () => !hasRedis() && 'install redis-server to measure it',
};

/**
 * A row's `start` takes `nodeOptions` and a `node` for the server that is measured, and of Tallygate the `root` of another build.
 * `points`: where it has not all of its group. `skipped`: why it cannot be measured here. The first of a group is what the others are
 * compared with.
 */
export const GROUPS = [
  {
    title: '`tools/call`',
    points: ALL_POINTS,
    rows: [RECIPE, FREE, PRICED, FREE_IN_REDIS, RELAYED_FREE, RELAYED_PRICED],
  },
  { title: `\`tools/list\`, ${TOOLS} tools`, points: [ONE, MANY], rows: [RECIPES_LIST, LISTING] },
  {
    title: 'an echo',
    points: [ONE, MANY],
    rows: [
      { name: 'node:http', start: (options) => peer('node-http-echo.mjs', options), request: ECHO },
      { name: 'Nest on Express', start: (options) => peer('nest-express-echo.mjs', options), request: ECHO },
    ],
  },
];
