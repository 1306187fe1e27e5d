import type { Principal } from '../../auth/access/principal.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { publicToolName } from '../../servers/source/tool-name.js';
import type { CatalogTool } from '../../tools/catalog/catalog-tool.js';
import type { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';

/**
 * The tool a REST call means: that of the source `serverId` with this name, with or without the prefix it has in MCP.
 * A tool, or a server, of which the caller may call nothing does not exist for them.
 * @throws NOT_FOUND for an unknown server, UNKNOWN_TOOL for an unknown tool of it.
 */
export function toolAt(catalog: ToolCatalog, caller: Principal, serverId: string, toolName: string): CatalogTool {
  for (const name of [toolName, publicToolName(serverId, toolName, true)]) {
    const found = catalog.find(name, caller);
    if (found?.source === serverId) return found;
  }
  if (catalog.visibleTo(caller).some(({ source }) => source === serverId)) {
    throw new TallygateError('UNKNOWN_TOOL', `Unknown tool: ${serverId} has no tool "${toolName}".`);
  }
  throw new TallygateError('NOT_FOUND', `Unknown server: "${serverId}". GET /tools shows where each tool is.`);
}
