import type { Schemas } from '../../app/api';
import { gatewayPath } from '../../app/address';

/** The call again, from a shell, over the gateway's REST API. The key is left to whoever pastes it. */
export function curlOf({ service, tool_name, arguments: given }: Schemas['UsageRecordDto']): string {
  const body = JSON.stringify({ server_id: service, tool_name, arguments: given });
  return [
    `curl ${location.origin}${gatewayPath}/tools/call \\`,
    `  -H 'X-API-Key: YOUR_API_KEY' -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(body)}`,
  ].join('\n');
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
