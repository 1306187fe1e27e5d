import type { GatewayMcp, McpOptions } from './gateway-mcp.js';

export type { GatewayMcp, McpOptions };

/** `GatewayMcp.with`, loaded on demand: the MCP SDK would slow down every command that does not need it. */
export async function onGateway<T>(options: McpOptions, work: (gateway: GatewayMcp) => Promise<T>): Promise<T> {
  const { GatewayMcp } = await import('./gateway-mcp.js');
  return GatewayMcp.with(options, work);
}
