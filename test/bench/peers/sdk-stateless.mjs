// The MCP SDK's documented recipe for a stateless server: a server and a transport per request, on Express.
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { sdkServer } from './sdk-server.mjs';

const TOOLS = Number(process.env.TOOLS ?? 1);

const app = express();
app.use(express.json());
app.post('/messages', async (request, response) => {
  const mcp = sdkServer(TOOLS);
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.on('close', () => {
    void transport.close();
    void mcp.close();
  });
  await mcp.connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
