import { describe, expect, it } from '@jest/globals';
import { mcpUrlFor } from './mcp-url.js';

const here = { protocol: 'https', host: 'gateway.example:8443' };
const url = (settings: object, onRestPort = true) =>
  mcpUrlFor(here, {
    public_url: undefined,
    public_mcp_url: undefined,
    mcp_port: 8001,
    mcp: { on_rest_port: onRestPort },
    ...settings,
  });

describe('Where clients reach MCP is', () => {
  it.each([
    ['what the operator says', 'https://mcp.example/messages', { public_mcp_url: 'https://mcp.example/messages' }, false],
    ['where the portal is', 'https://gateway.example:8443/mcp', {}, true],
    ['where the operator says that REST is', 'https://a.example/gw/mcp', { public_url: 'https://a.example/gw/' }, true],
    ['the other port of that host, where this one has no MCP', 'https://gateway.example:8001/mcp', {}, false],
    ['the other port of public_url’s host', 'https://a.example:8001/mcp', { public_url: 'https://a.example/gw' }, false],
  ])('%s', (_, expected, settings, onRestPort) => {
    expect(url(settings, onRestPort)).toBe(expected);
  });

  it('also by an address of IPv6', () => {
    const settings = { public_url: undefined, public_mcp_url: undefined, mcp_port: 8001, mcp: { on_rest_port: false } };
    expect(mcpUrlFor({ protocol: 'http', host: '[::1]:8000' }, settings)).toBe('http://[::1]:8001/mcp');
  });
});
