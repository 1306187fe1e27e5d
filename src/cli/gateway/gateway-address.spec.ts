import { describe, expect, it } from '@jest/globals';
import { CliFailure } from '../terminal/cli-failure.js';
import { addressesAsTold, mcpUrlOf, restUrlOf } from './gateway-address.js';

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

  it.each([
    ['http://h:9000', { rest_port: 9000, mcp_port: 9001 }, 'http://h:9000', 'http://h:9001/messages'],
    ['http://h:9001/messages', { rest_port: 9000, mcp_port: 9001 }, 'http://h:9000', 'http://h:9001/messages'],
    ['http://h:9001', { rest_port: 9000, mcp_port: 9001 }, 'http://h:9000', 'http://h:9001/messages'],
    ['http://h:9000/mcp', { rest_port: 9000, mcp_port: 9001 }, 'http://h:9000', 'http://h:9001/mcp'],
    ['http://h:8000', { rest_port: 8000, mcp_port: 9001 }, 'http://h:8000', 'http://h:9001/messages'],
    ['http://[::1]:8001', { rest_port: 9000, mcp_port: 8001 }, 'http://[::1]:9000', 'http://[::1]:8001/messages'],
    ['http://h', { rest_port: 80, mcp_port: 81 }, 'http://h', 'http://h:81/messages'],
    // Somebody in between has other ports: docker -p 9000:8000, a load balancer, TLS.
    ['http://h:9000', { rest_port: 8000, mcp_port: 8001 }, 'http://h:9000', 'http://h:9000/messages'],
    ['https://h:8000', { rest_port: 8000, mcp_port: 8001 }, 'https://h:8000', 'https://h:8001/messages'],
    ['https://h/gw/mcp', { rest_port: 8000, mcp_port: 8001 }, 'https://h/gw', 'https://h/gw/mcp'],
    [
      'https://api.example.com',
      { rest_port: 8000, mcp_port: 8001, rest_url: 'https://api.example.com/', mcp_url: 'https://mcp.example.com:8000' },
      'https://api.example.com',
      'https://mcp.example.com:8000/messages',
    ],
    ['http://h:9000', { rest_port: 8000, mcp_port: 8001, mcp_url: 'http://h:9001/mcp' }, 'http://h:9000', 'http://h:9001/mcp'],
    // A credential that was meant for TLS is not sent without.
    ['https://h', { rest_port: 1, mcp_port: 2, mcp_url: 'http://h:9001/mcp' }, 'https://h', 'https://h/messages'],
  ])('%s, which says %j, has REST at %s and MCP at %s', (address, told, rest, mcp) => {
    expect(addressesAsTold(address, told)).toEqual({ rest, mcp });
  });

  it.each(['localhost:8000', '', 'file:///etc/passwd'])('%j is refused', (address) => {
    expect(() => restUrlOf(address)).toThrow(CliFailure);
  });
});
