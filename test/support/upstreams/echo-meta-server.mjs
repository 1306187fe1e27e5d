/** An MCP server over stdio whose tool answers with the `_meta` of its call. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const server = new McpServer({ name: 'echo-meta', version: '1' });
server.registerTool('meta', { description: 'Repeats `_meta`.' }, ({ _meta }) => ({
  content: [{ type: 'text', text: JSON.stringify(_meta ?? {}) }],
}));
await server.connect(new StdioServerTransport());
