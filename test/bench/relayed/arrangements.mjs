// What is measured in which arrangement, and its start: everybody who takes part is up at once, on the same core, and called in turn.
import { startGateway } from '../gateway.mjs';
import { pinned, SERVER_CORE, spawnServer, startServer, UPSTREAM_CORE } from '../server-process.mjs';
import { ALL_POINTS, STEADY } from '../turns.mjs';
import { untilAnswers } from './until-answers.mjs';
import { RELAYS_BESIDE } from './relays.mjs';

const UPSTREAM_PORT = 18_095;
const FIRST_PORT = 18_096;
/** An upstream's tool costs nothing where the operator has set no price. */
export const PRICED_UPSTREAM = { priced: true, more: { tools: { prices: { add: 1 } } } };

/** `over`: stdio or HTTP. `modern`: client and upstream speak MCP 2026-07-28; else MCP 2025-11-25. `priced`: measured priced, too. */
export const ARRANGEMENTS = [
  { name: 'legacy', title: 'MCP 2025-11-25 over HTTP', over: 'http', modern: false, priced: true },
  { name: 'modern', title: 'MCP 2026-07-28 over HTTP', over: 'http', modern: true },
  { name: 'stdio', title: 'MCP 2025-11-25 over stdio', over: 'stdio', modern: false },
];

/** The upstream's program beside what is measured: for how it is named to a relay, and for the process it is where it listens. */
export async function startUpstream({ over, modern }, program, port = UPSTREAM_PORT) {
  const [command, ...args] = pinned(UPSTREAM_CORE, [program, '-stdio']);
  if (over === 'stdio') return { named: { command, args }, stop: () => {} };
  const listen = ['-port', String(port), ...(modern ? ['-modern'] : [])];
  const server = await startServer({ program, args: listen, core: UPSTREAM_CORE, isReady: (output) => output.includes('ready') });
  return { named: { url: `http://127.0.0.1:${port}/mcp` }, ...server };
}

/** Not all who are measured beside can do so many calls a second. */
const WITHOUT_STEADY = ALL_POINTS.filter((point) => point !== STEADY);

/** Those of an arrangement, each with a name and its `start`; a `guest` may fail, which is told. Tallygate is the one they are compared with. */
export function partsOf({ name, over, modern, priced }, upstream, folder) {
  const request = { modern };
  const template = { transport: over, ...upstream.named };
  const gateway = (options) => async () => {
    const server = await startGateway({ ...options, upstream: template });
    return { ...server, headers: { authorization: server.headers.authorization } };
  };
  const direct = async () => ({ ...upstream, url: upstream.named.url, headers: {}, stop: () => {} });
  return [
    ...(over === 'http' ? [{ name: 'the upstream, called directly', start: direct }] : []),
    { name: 'Tallygate: key, limit, durable record', isTallygate: true, start: gateway({}) },
    ...(priced ? [{ name: 'Tallygate, priced', start: gateway(PRICED_UPSTREAM) }] : []),
    ...RELAYS_BESIDE.map((relay, index) => guest(relay, name, upstream, FIRST_PORT + index, folder)),
  ].map((part) => ({ ...part, request, ...(part.guest && { points: WITHOUT_STEADY }) }));
}

function guest({ name, cannot, command, path }, arrangement, upstream, port, folder) {
  const start = async (request) => {
    if (cannot[arrangement]) throw new Error(cannot[arrangement]);
    const server = spawnServer({ ...command(upstream.named, port, folder), core: SERVER_CORE });
    const relay = { ...server, url: `http://127.0.0.1:${port}${path}`, headers: {}, stop: () => server.stop('SIGKILL') };
    const error = await untilAnswers(relay, request);
    if (!error) return relay;
    await relay.stop();
    throw error;
  };
  return { name, guest: true, start };
}
