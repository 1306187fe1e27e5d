const KEY_PLACEHOLDER = 'YOUR_API_KEY';

export interface WrittenCall {
  /** Of the gateway, without a slash at the end. */
  url: string;
  server: string;
  tool: string;
  arguments: Record<string, unknown>;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const bodyOf = ({ server, tool, arguments: args }: WrittenCall) => ({ server_id: server, tool_name: tool, arguments: args });

export const asCurl = (call: WrittenCall): string =>
  [
    `curl ${quoted(`${call.url}/tools/call`)}`,
    `-H 'X-API-Key: ${KEY_PLACEHOLDER}'`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(bodyOf(call)))}`,
  ].join(' \\\n  ');

export const asMcpRequest = ({ tool, arguments: args }: WrittenCall): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } }, null, 2);

export const asTypeScript = (call: WrittenCall): string =>
  `import { GatewayClient } from 'tallygate/client';

const client = new GatewayClient(${JSON.stringify(call.url)}, { apiKey: '${KEY_PLACEHOLDER}' });
const result = await client.callTool(${JSON.stringify(bodyOf(call), null, 2)});
`;
