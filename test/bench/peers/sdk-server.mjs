// An MCP server of the SDK with so many tools, all of which echo.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

export function sdkServer(tools) {
  const mcp = new McpServer({ name: 'recipe', version: '1.0.0' });
  for (let n = 0; n < tools; n += 1) {
    const inputSchema = { text: z.string().optional() };
    mcp.registerTool(n === 0 ? 'echo' : `echo_${n}`, { description: 'Echoes its text', inputSchema }, ({ text }) => ({
      content: [{ type: 'text', text: text ?? '' }],
    }));
  }
  return mcp;
}
