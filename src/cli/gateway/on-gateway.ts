import type { GatewayMcp, McpOptions } from './gateway-mcp.js';

export type { GatewayMcp, McpOptions };

/** `GatewayMcp.with`, loaded when it is needed: the MCP SDK would slow down every command that does without. */
export async function onGateway<T>(options: McpOptions, work: (gateway: GatewayMcp) => Promise<T>): Promise<T> {
  const { GatewayMcp } = await import('./gateway-mcp.js');
  return GatewayMcp.with(options, work);
}
