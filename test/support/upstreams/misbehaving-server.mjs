// An MCP server over stdio, built with the official SDK, whose tools misbehave. Its last argument is where it notes its pid.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

const server = new McpServer({ name: 'misbehaving', version: '1' });
const text = (value) => ({ content: [{ type: 'text', text: value }] });

server.registerTool('environment', { description: 'Its variables.' }, () => text(JSON.stringify(Object.keys(process.env))));
server.registerTool('hang', { description: 'Never answers.' }, () => new Promise(() => {}));
server.registerTool('die', { description: 'Ends at once.' }, () => process.exit(3));
server.registerTool('huge', { description: 'Answers 10 MB.' }, () => text('x'.repeat(10_000_000)));
server.registerTool('garbage', { description: 'Writes what is no MCP.' }, () => {
  process.stdout.write('{"jsonrpc": oops\n');
  return new Promise(() => {});
});
server.registerTool('change', { description: 'Offers another tool from now on.' }, () => {
  server.registerTool('added', { description: 'New.' }, () => text('new'));
  return text('changed');
});
server.registerTool('have-child', { description: 'Starts a process that outlives it.' }, () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  return text(String(child.pid));
});

appendFileSync(process.argv.at(-1), `${process.pid}\n`);
process.on('SIGTERM', () => {}); // as stubborn as can be
await server.connect(new StdioServerTransport());
