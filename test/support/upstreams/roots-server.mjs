// An MCP server over stdio that asks for the roots of its client within a call, declared or not.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { ListRootsResultSchema } from '@modelcontextprotocol/sdk/types.js';

const server = new McpServer({ name: 'roots', version: '1' });
server.registerTool('take', { description: 'Takes the roots.' }, async ({ sendRequest }) => {
  const { roots } = await sendRequest({ method: 'roots/list' }, ListRootsResultSchema);
  return { content: [{ type: 'text', text: JSON.stringify(roots) }] };
});
await server.connect(new StdioServerTransport());
