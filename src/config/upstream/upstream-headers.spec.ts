import { describe, expect, it } from '@jest/globals';
import { templateSchema } from '../template-config.js';

const http = { transport: 'http', url: 'http://a.example/' };
const stdio = { transport: 'stdio', command: 'node' };
const secret = '${env:CALLER_SECRET}';
const problems = (template: object) =>
  (templateSchema.safeParse(template).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('The headers that go on', () => {
  it('are names, or pairs of names', () => {
    const written = ['X-Tenant', { from: 'X-Team', to: 'X-Upstream-Team' }, { from: 'X-Their-Key', to: 'Authorization' }];
    const { forward_headers } = templateSchema.parse({ ...http, forward_headers: written });
    const read = [{ from: 'X-Tenant', to: 'X-Tenant' }, ...written.slice(1)];
    expect(forward_headers).toEqual(read);
    expect(templateSchema.parse({ ...http, forward_headers }).forward_headers).toEqual(read); // as `config print` shows them
  });

  it.each(['Authorization', 'x-api-key', 'X-API-Key', 'Cookie'])(
    'are never %s, by which callers are known to the gateway',
    (from) => {
      for (const forwarded of [from, { from, to: 'X-Other' }])
        expect(problems({ ...http, forward_headers: [forwarded] })[0]).toMatch(/^forward_headers\.0\.from: is how callers prove/);
    },
  );

  it.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'Connection',
    'Proxy-Authorization',
    'Mcp-Session-Id',
    'Accept',
    'TE',
    'expect',
  ])('are never %s, which belongs to the connection or the protocol, under either name', (name) => {
    expect(problems({ ...http, forward_headers: [name] })).toEqual(['forward_headers.0.from: is set by the gateway itself']);
    expect(problems({ ...http, forward_headers: [{ from: 'X-A', to: name }] })).toEqual([
      'forward_headers.0.to: is set by the gateway itself',
    ]);
  });

  it.each([
    ['no name', ['X A']],
    ['a second line', ['X-A\r\nX-B']],
    ['too many', Array.from({ length: 21 }, (_, n) => `X-${n}`)],
  ])('are refused with %s', (_, forward_headers) => expect(problems({ ...http, forward_headers })).toHaveLength(1));

  it('never meet another header of the template', () => {
    const twice = { forward_headers: ['X-A', { from: 'X-B', to: 'x-a' }] };
    expect(problems({ ...http, ...twice })).toEqual([expect.stringContaining('x-a would be sent twice')]);
    expect(problems({ ...http, headers: { 'x-a': 'v' }, forward_headers: ['X-A'] })).toHaveLength(1);
    expect(problems({ ...http, caller: { header: 'X-A', secret }, forward_headers: ['x-a'] })).toHaveLength(1);
  });

  it('are for servers that have headers', () => {
    expect(problems({ ...stdio, forward_headers: ['X-A'] })).toEqual(['forward_headers: only with transport http or sse']);
    expect(problems({ ...http, transport: 'sse', forward_headers: ['X-A'] })).toEqual([]);
  });
});

describe('Who calls', () => {
  it.each<[string, object]>([
    ['in a header, a member of `_meta`, or both', { header: 'X-Caller', meta: 'example.com/caller', secret }],
    ['without what is not named', { meta: 'caller', claims: ['key_name'], secret }],
  ])('can be told %s', (_, caller) => expect(problems({ ...http, caller })).toEqual([]));

  it.each<[string, object, RegExp]>([
    ['nowhere', { secret }, /^caller: needs a header/],
    ['without a secret', { header: 'X-Caller' }, /^caller\.secret: /],
    ['with a secret in the file', { header: 'X-Caller', secret: 'x'.repeat(40) }, /^caller\.secret: must be a variable/],
    ['in the place of a credential', { header: 'Authorization', secret }, /^caller\.header: must be a header of its own/],
    ['in a header of the protocol', { header: 'Mcp-Session-Id', secret }, /^caller\.header: is set by the gateway/],
    [
      'in a member of the protocol',
      { meta: 'io.modelcontextprotocol/caller', secret },
      /^caller\.meta: is a member of the protocol/,
    ],
    ['in the place of the trace', { meta: 'traceparent', secret }, /^caller\.meta: is a member of the protocol/],
    ['in what is no member', { meta: 'a b', secret }, /^caller\.meta: must be the name/],
    ['as what it is not', { header: 'X-Caller', claims: ['password'], secret }, /^caller\.claims\.0: /],
  ])('cannot be told %s', (_, caller, words) => expect(problems({ ...http, caller })[0]).toMatch(words));

  it('is told to programs in `_meta`', () => {
    expect(problems({ ...stdio, caller: { meta: 'caller', secret } })).toEqual([]);
    expect(problems({ ...stdio, caller: { header: 'X-Caller', secret } })).toEqual([
      'caller: a program gets no headers: use `meta` alone',
    ]);
  });
});

describe('A template of servers over HTTP+SSE', () => {
  it('has the settings of one over streamable HTTP, and no newer protocol', () => {
    expect(problems({ ...http, transport: 'sse', headers: { A: 'b' }, tls: { ca_file: 'ca.pem' } })).toEqual([]);
    expect(problems({ ...http, transport: 'sse', protocol: 'modern' })).toEqual([
      'protocol: MCP 2026-07-28 has no transport sse',
    ]);
    expect(problems({ transport: 'sse' })).toEqual(['url: required with transport sse']);
    expect(problems({ ...http, transport: 'sse', command: 'node' })).toEqual(['command: only with transport stdio']);
  });
});

describe('Files of TLS', () => {
  it('go together, with servers that are reached over HTTP', () => {
    expect(problems({ ...http, tls: { cert_file: 'a.pem' } })).toEqual(['tls: cert_file and key_file go together']);
    expect(problems({ ...stdio, tls: { ca_file: 'a.pem' } })).toEqual(['tls: only with transport http or sse']);
  });
});
