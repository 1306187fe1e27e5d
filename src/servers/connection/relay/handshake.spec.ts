import { describe, expect, it } from '@jest/globals';
import { discoveredIn, readable, readableCapabilities } from './handshake.js';

const capabilities = { tools: {} };
const serverInfo = { name: 'a', version: '1' };
const resultOf = (result: object) => (readable({ jsonrpc: '2.0', id: 0, result }) as unknown as { result: unknown }).result;

describe('an answer to initialize', () => {
  const HANDSHAKE = { protocolVersion: '2025-11-25', capabilities, serverInfo };

  it('is read as it is where it is good', () => {
    expect(resultOf({ ...HANDSHAKE, instructions: 'Ask.' })).toEqual({ ...HANDSHAKE, instructions: 'Ask.' });
  });

  it.each([
    ['an unknown revision', { ...HANDSHAKE, protocolVersion: 'DRAFT-2025' }, { protocolVersion: '2024-11-05' }],
    ['no revision', { capabilities, serverInfo }, { protocolVersion: '2024-11-05' }],
    ['no capabilities', { protocolVersion: '2025-06-18', capabilities: null }, { capabilities: {} }],
    ['no name', { ...HANDSHAKE, serverInfo: { name: 7 } }, { serverInfo: { name: '', version: '' } }],
  ])('may have %s', (_, given, read) => expect(resultOf(given)).toMatchObject(read));

  it('may have instructions that are none', () => {
    expect(resultOf({ ...HANDSHAKE, instructions: null })).toEqual(HANDSHAKE);
    expect(resultOf({ ...HANDSHAKE, instructions: ['x'] })).toEqual(HANDSHAKE);
  });
});

describe('a message for the SDK', () => {
  it('has the members that it knows, and none that are null', () => {
    const request = { id: 1, method: 'ping', params: null, x: 1 };
    expect(readable(request)).toEqual({ jsonrpc: '2.0', id: 1, method: 'ping' });
    expect(readable({ method: 'a', params: { b: 1 }, id: null })).toEqual({ jsonrpc: '2.0', method: 'a', params: { b: 1 } });
  });

  it.each([
    ['down', { code: -32603, message: 'down' }],
    [
      { code: 1.5, message: 7 },
      { code: -32603, message: '{"code":1.5,"message":7}' },
    ],
    [
      { code: -1, message: 'm', data: [1] },
      { code: -1, message: 'm', data: [1] },
    ],
  ])('has an error of the protocol for %j', (error, read) => {
    expect(readable({ jsonrpc: '2.0', id: 1, error })).toEqual({ jsonrpc: '2.0', id: 1, error: read });
  });

  it('has a result where there is neither that nor an error', () => {
    expect(readable({ id: 1, result: 'ok', error: null })).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });
});

it('a capability is what is said of it: true is as good as {}, null and false as nothing', () => {
  const given = {
    tools: true,
    prompts: { listChanged: null },
    resources: { subscribe: true },
    logging: null,
    completions: false,
  };
  expect(readableCapabilities(given)).toEqual({ tools: {}, prompts: {}, resources: { subscribe: true } });
  expect(readableCapabilities('tools')).toEqual({});
});

describe('an answer to server/discover', () => {
  it('names revisions; what else it says is read like that to initialize', () => {
    expect(discoveredIn({ supportedVersions: ['2026-07-28', 7], capabilities: { tools: true }, serverInfo })).toMatchObject({
      supportedVersions: ['2026-07-28'],
      capabilities,
      serverInfo,
    });
  });

  it.each([{}, { supportedVersions: '2026-07-28' }, { protocolVersion: '2025-11-25', capabilities }])('is not %j', (result) => {
    expect(discoveredIn(result)).toBeUndefined();
  });
});
