// An MCP server over stdio that speaks 2026-07-28 only, built with the official SDK.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

serveStdio(
  () => {
    const server = new McpServer({ name: 'modern-stdio', version: '1' });
    server.registerTool('era', { description: 'What it speaks.' }, async ({ mcpReq }) => ({
      content: [{ type: 'text', text: String(mcpReq.envelope?.['io.modelcontextprotocol/protocolVersion']) }],
    }));
    return server;
  },
  { legacy: 'reject' },
);
