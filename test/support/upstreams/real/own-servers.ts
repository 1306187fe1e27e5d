import { resolve } from 'node:path';
import type { Request } from './comparison.js';
import type { RealServer } from './real-server-rig.js';

/** A call of a tool. @param args Its arguments, as JSON */
export const call = (name: string, args: string): Request => [
  'tools/call',
  `{"name":${JSON.stringify(name)},"arguments":${args}}`,
];

const NUMBERS = '[9007199254740993,12345678901234567890123,1.0,-0.0,1e3,0.1000]';

/**
 * What a server of ours is asked, in whatever language it is: all offer the same tools.
 * @param scheme Of its addresses: those of one gateway's servers differ
 */
export const ownRequests = (scheme: string): Request[] => [
  call('echo', '{"value":"é — \\ud83d\\ude00"}'),
  call('echo', `{"value":${NUMBERS}}`),
  call('echo', '{"value":{"10":1,"2":null,"a":{"b":[]}}}'),
  call('echo', '{"value":null}'),
  call('add', '{"a":9007199254740993}'),
  call('add', '{"a":"3"}'),
  call('add', '{"a":3,"b":"x"}'), // of two that are wrong, some servers name any
  call('add', '{"a":1.5}'),
  call('visit', '{"place":{"name":"Zürich","height":408},"others":[{"name":"Bern"}]}'),
  call('visit', '{"place":{"height":"high"}}'),
  call('fail', '{"message":"it is what it is"}'),
  ['resources/read', `{"uri":"${scheme}://by-name/ada"}`],
  ['prompts/get', '{"name":"greet","arguments":{"name":"Ada","tone":"formal"}}'],
];

/** The official SDK for TypeScript: its first line without sessions, its second in MCP 2026-07-28. */
export const SDK_SERVERS: readonly RealServer[] = ['1', '2'].map((line) => ({
  name: `typescript${line}`,
  path: '/mcp',
  program: ({ port }) => ({
    command: process.execPath,
    args: [resolve('test', 'support', 'upstreams', 'real', 'sdk-server.mjs'), line, String(port), `typescript${line}`],
  }),
  requests: () => ownRequests(`typescript${line}`),
}));
