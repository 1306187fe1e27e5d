import { describe, expect, it } from '@jest/globals';
import type { JsonRpcRequest } from './json-rpc.js';
import { readEra } from './protocol-era.js';

const META = 'io.modelcontextprotocol/';
const request = (method: string, params: Record<string, unknown> = {}): JsonRpcRequest => ({
  kind: 'request',
  id: 1,
  method,
  params,
});
const modernMeta = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {} };
const modern = (method: string, params: Record<string, unknown> = {}) => request(method, { ...params, _meta: modernMeta });
const headersFor = (method: string, name?: string) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  ...(name !== undefined && { 'mcp-name': name }),
});

describe('legacy requests', () => {
  it('need no version header', () => {
    expect(readEra(request('tools/list'), {})).toEqual({ modern: false, version: '2025-03-26' });
  });

  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('may name %s', (version) => {
    expect(readEra(request('tools/list'), { 'mcp-protocol-version': version })).toEqual({ modern: false, version });
  });

  it('that name a version nobody knows are refused with the versions that are', () => {
    expect(() => readEra(request('tools/list'), { 'mcp-protocol-version': '1999-01-01' })).toThrow(
      expect.objectContaining({
        status: 400,
        data: expect.objectContaining({ supported: expect.arrayContaining(['2025-11-25']) }),
      }),
    );
  });

  it.each([
    ['2025-06-18', '2025-06-18'],
    ['2030-01-01', '2025-11-25'],
    [undefined, '2025-11-25'],
  ])('initialize asking for %s is answered with %s', (asked, answered) => {
    expect(readEra(request('initialize', { protocolVersion: asked }), {}).version).toBe(answered);
  });
});

describe('modern requests', () => {
  it('are served when headers and body agree', () => {
    const meta = { ...modernMeta, [`${META}clientInfo`]: { name: 'agent', version: '1' } };
    expect(readEra(request('tools/call', { name: 'greet', _meta: meta }), headersFor('tools/call', 'greet'))).toEqual({
      modern: true,
      version: '2026-07-28',
      clientName: 'agent',
    });
  });

  it('may encode the name in base64', () => {
    const encoded = `=?base64?${Buffer.from('grüße').toString('base64')}?=`;
    expect(readEra(modern('tools/call', { name: 'grüße' }), headersFor('tools/call', encoded)).modern).toBe(true);
  });

  it.each([
    ['no version header', modern('tools/list'), { 'mcp-method': 'tools/list' }],
    ['another version header', modern('tools/list'), { ...headersFor('tools/list'), 'mcp-protocol-version': '2025-11-25' }],
    ['no method header', modern('tools/list'), { 'mcp-protocol-version': '2026-07-28' }],
    ['another method header', modern('tools/list'), headersFor('tools/call')],
    ['no name header', modern('tools/call', { name: 'a' }), headersFor('tools/call')],
    ['another name header', modern('tools/call', { name: 'a' }), headersFor('tools/call', 'b')],
  ])('with %s are refused with -32020', (_, message, headers) => {
    expect(() => readEra(message, headers)).toThrow(expect.objectContaining({ code: -32020, status: 400 }));
  });

  it('of a version that is not served are refused with -32022 and the versions that are', () => {
    const message = request('tools/list', {
      _meta: { [`${META}protocolVersion`]: '2031-01-01', [`${META}clientCapabilities`]: {} },
    });
    expect(() => readEra(message, { ...headersFor('tools/list'), 'mcp-protocol-version': '2031-01-01' })).toThrow(
      expect.objectContaining({
        code: -32022,
        status: 400,
        data: { supported: expect.arrayContaining(['2026-07-28']), requested: '2031-01-01' },
      }),
    );
  });

  it('without client capabilities are refused with -32602', () => {
    const message = request('tools/list', { _meta: { [`${META}protocolVersion`]: '2026-07-28' } });
    expect(() => readEra(message, headersFor('tools/list'))).toThrow(expect.objectContaining({ code: -32602, status: 400 }));
  });

  it('with the header but without _meta are refused with -32602, not taken for legacy', () => {
    expect(() => readEra(request('tools/list'), headersFor('tools/list'))).toThrow(
      expect.objectContaining({ code: -32602, status: 400 }),
    );
  });
});
