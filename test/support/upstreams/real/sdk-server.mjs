// A server of the official SDK for TypeScript, over streamable HTTP: `sdk-server.mjs 1|2 PORT SCHEME`. Its second line speaks MCP 2026-07-28.
import { McpServer as McpServer1, ResourceTemplate as Template1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer as McpServer2, ResourceTemplate as Template2 } from '@modelcontextprotocol/server';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const [line, port, scheme] = process.argv.slice(2);
const place = z.object({ name: z.string(), height: z.number().nullish() });

/** Offers the same as the servers in other languages, see `ownRequests`. */
function serverOf(McpServer, Template) {
  const server = new McpServer({ name: 'real', version: '1.0.0' }, { instructions: 'Tools of every kind.' });
  const said = (value) => ({ content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }] });
  const tool = (name, inputSchema, run, more = {}) =>
    server.registerTool(name, { inputSchema: z.object(inputSchema), ...more }, run);
  tool('echo', { value: z.any() }, ({ value }) => said(value ?? 'null'), { title: 'Echo', _meta: { 'example.com/kind': 1.5 } });
  tool('add', { a: z.int(), b: z.number().default(1) }, ({ a, b }) => said(a + b), {
    annotations: { readOnlyHint: true, title: 'Sum' },
  });
  tool(
    'visit',
    { place, others: z.array(place).optional() },
    (args) => ({ ...said(args.place), structuredContent: args.place }),
    {
      outputSchema: place,
    },
  );
  tool('fail', { message: z.string() }, ({ message }) => {
    throw new Error(message);
  });
  const fixed = { mimeType: 'application/json', description: 'Something that does not change.' };
  server.registerResource('fixed', `${scheme}://fixed`, fixed, ({ href: uri }) => ({
    contents: [{ uri, text: '{"a":1.0}', _meta: { n: 1 } }],
  }));
  const byName = new Template(`${scheme}://by-name/{name}`, { list: undefined });
  server.registerResource('by-name', byName, {}, ({ href: uri }, { name }) => ({
    contents: [{ uri, blob: Buffer.from(String(name)).toString('base64') }],
  }));
  const argsSchema = { name: z.string(), tone: z.string().optional() };
  server.registerPrompt(
    'greet',
    { argsSchema: line === '1' ? argsSchema : z.object(argsSchema) },
    ({ name, tone = 'friendly' }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Greet ${name} in a ${tone} way.` } }],
    }),
  );
  return server;
}

/** Without sessions: a server for each request. */
async function answerFirst(request, response) {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await serverOf(McpServer1, Template1).connect(transport);
  await transport.handleRequest(request, response);
}

const handler = createMcpHandler(() => serverOf(McpServer2, Template2), { legacy: 'reject' });

async function answerSecond(request, response) {
  const { method, headers, url } = request;
  const body = method === 'POST' ? await text(request) : null;
  const answer = await handler.fetch(
    new Request(`http://${headers.host}${url}`, { method, headers: new Headers(headers), body }),
  );
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body) Readable.fromWeb(answer.body).pipe(response);
  else response.end();
}

createServer(line === '1' ? answerFirst : answerSecond).listen(Number(port), '127.0.0.1');
