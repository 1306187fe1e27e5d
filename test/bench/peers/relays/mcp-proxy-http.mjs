// npm's mcp-proxy before a server over HTTP: its program starts servers over stdio only, so its parts are put together as its page says.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Server } from '@modelcontextprotocol/server';
import { proxyServer, startHTTPServer } from 'mcp-proxy';

const { PORT, UPSTREAM_URL } = process.env;

const client = new Client({ name: 'relay', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
await client.connect(new StreamableHTTPClientTransport(new URL(UPSTREAM_URL)));
const serverCapabilities = client.getServerCapabilities();

const createServer = async () => {
  const server = new Server(client.getServerVersion(), { capabilities: serverCapabilities });
  await proxyServer({ client, server, serverCapabilities });
  return server;
};
await startHTTPServer({ createServer, host: '127.0.0.1', port: Number(PORT), eventStore: false, sseEndpoint: null });
