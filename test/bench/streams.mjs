// Many open streams, most of them silent, and what calls beside them feel.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { startGateway } from './gateway.mjs';
import { load } from './generator.mjs';
import { SECONDS } from './turns.mjs';

const IDLE = 1_000;
const ACTIVE = 200;
const CALLS_PER_SECOND = 100;
const MODERN = '2026-07-28';
const HEAP_ON_SIGNAL = fileURLToPath(new URL('heap-on-signal.mjs', import.meta.url));
const MEDIA = 'text/event-stream';
const STDIO_UPSTREAM = {
  transport: 'stdio',
  command: process.execPath,
  args: [fileURLToPath(new URL('peers/sdk-stdio.mjs', import.meta.url))],
};

const CALL = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: {} } });

/** Listening to changes, of which there are none. */
const LISTEN = {
  headers: { 'mcp-protocol-version': MODERN, 'mcp-method': 'subscriptions/listen' },
  method: 'subscriptions/listen',
  params: {
    notifications: { toolsListChanged: true },
    _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN, 'io.modelcontextprotocol/clientCapabilities': {} },
  },
};
/** A call of an upstream tool that reports its progress ten times a second. */
const REPORT = { method: 'tools/call', params: { name: 'report', arguments: {}, _meta: { progressToken: 'p' } } };

export async function measureStreams() {
  const server = await startGateway({
    more: { mcp: { max_streams_per_key: 2_000, max_streams_per_user: 2_000 } },
    upstream: STDIO_UPSTREAM,
    nodeOptions: ['--expose-gc', '--import', HEAP_ON_SIGNAL],
  });
  const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0 });
  const calls = () => load(server, { body: CALL }, { connections: 8, perSecond: CALLS_PER_SECOND, seconds: SECONDS });
  try {
    const alone = await calls(); // also warms up, so that what grows next are the streams
    const before = await heapBytes(server);
    const idle = await openAll(IDLE, () => openStream(agent, server, LISTEN));
    const after = await heapBytes(server);
    const active = await openAll(ACTIVE, () => openStream(agent, server, REPORT));
    const reported = () => active.reduce((sum, { messages }) => sum + messages, 0);
    const [from, started] = [reported(), performance.now()];
    const beside = await calls();
    const perSecond = ((reported() - from) * 1_000) / (performance.now() - started);
    if ([...idle, ...active].some(({ ended }) => ended)) throw new Error('A stream ended.');
    return figures({ kilobytes: (after - before) / 1_024 / IDLE, perSecond, alone, beside });
  } finally {
    await agent.destroy();
    await server.stop();
  }
}

const figures = ({ kilobytes, perSecond, alone, beside }) => [
  { figure: `heap of an idle stream, of ${IDLE}`, value: kilobytes, unit: 'KB' },
  { figure: `progress sent to ${ACTIVE} active streams beside them`, value: perSecond, unit: '/s' },
  ...['p50Ms', 'p99Ms'].flatMap((at) => [
    { figure: `call, ${at.slice(0, 3)} at ${CALLS_PER_SECOND}/s, no streams`, value: alone[at], unit: 'ms', digits: 1 },
    { figure: `call, ${at.slice(0, 3)} at ${CALLS_PER_SECOND}/s, beside all streams`, value: beside[at], unit: 'ms', digits: 1 },
  ]),
];

/** After garbage collection. */
async function heapBytes({ child }) {
  const written = once(child.stderr, 'data');
  child.kill('SIGUSR2');
  return Number(/heap (\d+)/.exec((await written)[0])[1]);
}

/** Fifty at a time. */
async function openAll(count, open) {
  const streams = [];
  while (streams.length < count) streams.push(...(await Promise.all(Array.from({ length: 50 }, open))));
  return streams;
}

/** Resolves with its count of messages when the first has come. */
async function openStream(dispatcher, { url, headers }, { method, params, headers: more }) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await request(url, { dispatcher, method: 'POST', headers: { ...headers, ...more }, body });
  if (!answer.headers['content-type']?.startsWith(MEDIA)) throw new Error(`${answer.statusCode} ${await answer.body.text()}`);
  const stream = { messages: 0, ended: false };
  answer.body.on('error', () => (stream.ended = true)).on('end', () => (stream.ended = true));
  await new Promise((resolve) => {
    answer.body.on('data', (chunk) => resolve((stream.messages += String(chunk).split('data: ').length - 1)));
  });
  return stream;
}
