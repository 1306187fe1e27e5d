import { ADD_PRICE } from './cluster.js';
import { mcpBody, requestIdOf, type ClientRequest } from './requests.js';
import { WORK_PRICE } from './slow-server.js';

/** A call that nobody should send, and what is wrong with it. */
export interface HostileCall {
  tool: string;
  price: number;
  hostility: string;
  /** Whether it carries the target's key. */
  hasKey: boolean;
  request: ClientRequest;
}

/** On which gateway, and with which key. */
export interface HostileTarget {
  id: number;
  mcpUrl: string;
  restUrl: string;
  key: string;
}

type Random = () => number;

const PATIENCE_MS = 15_000;
const KEYLESS_SHARE = 0.15;
const REST_SHARE = 0.3;
/** One call in so many says that its body is something else than JSON. */
const MISLABELLED_SHARE = 0.15;
const MEDIA_TYPES = [
  '',
  'text/plain',
  'text/html',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'application/octet-stream',
] as const;

/** Up to some hundred times deeper than is allowed. */
const DEPTHS = [65, 100, 1_000, 4_000, 20_000, 100_000] as const;
const LENGTHS = [201, 66_000, 1_000_000, 3_900_000, 5_000_000] as const;

/** Values as JSON text, since no writer writes the deep ones. */
const VALUES: Record<string, (random: Random) => string> = {
  'nested arrays': (random) => nested('[', '1', ']', of(DEPTHS, random)),
  'nested objects': (random) => nested('{"a":', '1', '}', of(DEPTHS, random)),
  'another type': (random) => of(['null', 'true', '"text"', '[]', '{}', '-1', '0.5', '[null]'], random),
  'an odd number': (random) => of(['1e400', '-1e400', '123456789012345678901234567890', '-0', '5e-324'], random),
  'a huge string': (random) => `"${'x'.repeat(of(LENGTHS, random))}"`,
  NUL: () => '"a\\u0000b"',
  'a lone surrogate': (random) => of(['"\\ud800"', '"\\udc00\\ud800"', '"a\\udfff"'], random),
  'an array of 20 000 objects': () => `[${Array(20_000).fill('{"a":1}').join(',')}]`,
  'a prototype': () => '{"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}',
};

/** Tools, and the rest of their arguments. `more` is there for what a tool does not know, or all there is. */
const TOOLS = [
  { server: 'examples', tool: 'greet', price: 0, fields: ['name', 'more'], others: '' },
  { server: 'examples', tool: 'add', price: ADD_PRICE, fields: ['a', 'more'], others: '"b":1,' },
  { server: 'slow', tool: 'work', price: WORK_PRICE, fields: ['ms', 'more'], others: '' },
] as const;

/** A call with hostile arguments, over one of both ports, sometimes mislabelled, sometimes without a key. */
export function hostileCall({ id, mcpUrl, restUrl, key }: HostileTarget, random: Random): HostileCall {
  const { server, tool, price, fields, others } = of(TOOLS, random);
  const kind = of(Object.keys(VALUES), random);
  const value = VALUES[kind]!(random);
  const call = server === 'slow' ? `"call":${id},` : '';
  const args = random() < 0.2 ? value : `{${call}${others}"${of(fields, random)}":${value}}`;
  const isRest = random() < REST_SHARE;
  const mediaType = random() < MISLABELLED_SHARE ? of(MEDIA_TYPES, random) : 'application/json';
  const hasKey = random() >= KEYLESS_SHARE;
  const name = server === 'slow' ? `${server}__${tool}` : tool;
  const restBody = `{"server_id":"${server}","tool_name":"${tool}","arguments":${args}}`;
  const headers = {
    'x-request-id': requestIdOf(id),
    ...(mediaType && { 'content-type': mediaType }),
    ...(hasKey && { authorization: `Bearer ${key}` }),
  };
  return {
    tool: name,
    price,
    hasKey,
    hostility: [kind, isRest && 'REST', mediaType, !hasKey && 'no key', `${args.length} characters`].filter(Boolean).join(', '),
    request: {
      url: isRest ? `${restUrl}/tools/call` : mcpUrl,
      headers,
      body: isRest ? restBody : mcpBody(`"${name}"`, args),
      patienceMs: PATIENCE_MS,
    },
  };
}

const nested = (open: string, inner: string, close: string, depth: number) => open.repeat(depth) + inner + close.repeat(depth);

const of = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)]!;
