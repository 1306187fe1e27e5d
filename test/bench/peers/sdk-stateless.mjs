// The MCP SDK's documented recipe for a stateless server: a server and a transport per request, on Express.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { z } from 'zod';

const TOOLS = Number(process.env.TOOLS ?? 1);

function server() {
  const mcp = new McpServer({ name: 'recipe', version: '1.0.0' });
  for (let n = 0; n < TOOLS; n += 1) {
    const inputSchema = { text: z.string().optional() };
    mcp.registerTool(n === 0 ? 'echo' : `echo_${n}`, { description: 'Echoes its text', inputSchema }, ({ text }) => ({
      content: [{ type: 'text', text: text ?? '' }],
    }));
  }
  return mcp;
}

const app = express();
app.use(express.json());
app.post('/messages', async (request, response) => {
  const mcp = server();
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.on('close', () => {
    void transport.close();
    void mcp.close();
  });
  await mcp.connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
