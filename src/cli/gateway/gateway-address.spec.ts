import { describe, expect, it } from '@jest/globals';
import { CliFailure } from '../terminal/cli-failure.js';
import { mcpUrlOf, restUrlOf } from './gateway-address.js';

describe("a gateway's address", () => {
  it.each([
    ['http://localhost:8000', 'http://localhost:8000', 'http://localhost:8001/messages'],
    ['http://localhost:8000/mcp', 'http://localhost:8000', 'http://localhost:8001/mcp'],
    ['http://localhost:8001/messages', 'http://localhost:8000', 'http://localhost:8001/messages'],
    ['http://localhost:8001', 'http://localhost:8000', 'http://localhost:8001/messages'],
    ['https://mcp.example.com', 'https://mcp.example.com', 'https://mcp.example.com/messages'],
    ['https://example.com/gw/messages', 'https://example.com/gw', 'https://example.com/gw/messages'],
    ['http://[::1]:9000/', 'http://[::1]:9000', 'http://[::1]:9000/messages'],
  ])('%s has REST at %s and MCP at %s', (address, rest, mcp) => {
    expect([restUrlOf(address), mcpUrlOf(address)]).toEqual([rest, mcp]);
  });

  it.each(['localhost:8000', '', 'file:///etc/passwd'])('%j is refused', (address) => {
    expect(() => restUrlOf(address)).toThrow(CliFailure);
  });
});
