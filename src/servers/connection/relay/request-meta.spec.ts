import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../caller.js';
import { metaForServer, metaOf } from './request-meta.js';

const caller = { capabilities: { sampling: {} }, meta: { 'a.example/n': '1.0' } } as unknown as Caller;

describe('of the _meta of a caller, a server', () => {
  it('gets what is theirs, as it was written', () => {
    const sent: [string, string][] = [
      ['a.example/id', '9007199254740993'],
      ['', '{ "a":1e400 }'],
    ];
    expect(metaForServer(sent)).toEqual(Object.fromEntries(sent));
  });

  it.each(['progressToken', 'tallygate/idempotencyKey', 'io.modelcontextprotocol/clientInfo'])(
    'does not get %s, which is said anew at each step',
    (name) => expect(metaForServer([[name, '1']])).toEqual({}),
  );
});

describe('the _meta of a request', () => {
  const read = (json: string | undefined) => JSON.parse(json!) as Record<string, unknown>;

  it('to a server with sessions has what the caller sent, and the trace', () => {
    expect(metaOf(caller, false, {})).toBe('{"a.example/n":1.0}');
    const traced = { ...caller, trace: { traceparent: '00-1-2-01' } } as Caller;
    expect(metaOf(traced, false, {})).toBe('{"a.example/n":1.0,"traceparent":"00-1-2-01"}');
    expect(metaOf(undefined, false, {})).toBeUndefined();
  });

  it('to one without says who asks as well: the capabilities of the caller, and the level of the log they want', () => {
    const meta = read(metaOf({ ...caller, logLevel: 'debug' } as Caller, true, { roots: {} }));
    expect(meta).toMatchObject({
      'a.example/n': 1,
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
      'io.modelcontextprotocol/logLevel': 'debug',
    });
  });

  it('has the capabilities of the gateway where it asks for itself, and no level', () => {
    const meta = read(metaOf(undefined, true, { roots: {} }));
    expect(meta['io.modelcontextprotocol/clientCapabilities']).toEqual({ roots: {} });
    expect(meta).not.toHaveProperty(['io.modelcontextprotocol/logLevel']);
  });
});
