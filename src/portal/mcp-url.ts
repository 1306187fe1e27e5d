import type { Request } from 'express';
import type { ConfigValues } from '../config/app-config.js';
import { gatewayUrl } from '../rest/gateway-url.js';

type Settings = Pick<ConfigValues, 'public_mcp_url' | 'public_url' | 'mcp_port'> & {
  mcp: Pick<ConfigValues['mcp'], 'on_rest_port'>;
};

/**
 * Where the clients of somebody who asks here reach MCP: as the operator says, else where the request came to, which is reached by
 * whoever sees the portal; where that port has no MCP, the other one of the same host.
 */
export function mcpUrlFor({ protocol, host }: Pick<Request, 'protocol' | 'host'>, settings: Settings): string {
  const { public_mcp_url, mcp_port, mcp } = settings;
  if (public_mcp_url !== undefined) return public_mcp_url;
  const rest = gatewayUrl({ protocol, host }, settings);
  if (mcp.on_rest_port) return `${rest}/mcp`;
  const { hostname } = new URL(rest);
  return `${new URL(rest).protocol}//${hostname}:${mcp_port}/mcp`;
}
