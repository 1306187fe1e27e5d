import type { KnownClient } from './known-client.js';

const HEADERS = `key = os.environ.get("TALLYGATE_API_KEY")
headers = {"Authorization": f"Bearer {key}"} if key else {}`;
const json = (text: string): string => JSON.stringify(text);
const FROM_ENVIRONMENT = 'which takes the key from the variable TALLYGATE_API_KEY';

/** A program whose `main` has these lines, indented by the steps of four spaces they begin with. */
const python = (imports: string, ...main: string[]): string => `import asyncio
import os

${imports}

${HEADERS}


async def main():
${main.map((line) => `    ${line}`).join('\n')}


asyncio.run(main())`;

/** With a file name, since people give a program the name of its library, which it could then not import. */
const inPython = (library: string): string =>
  `a Python program, e.g. tallygate_client.py (pip install ${library}), ${FROM_ENVIRONMENT}`;

/**
 * Libraries: a small program that runs as it is, and lists tools or calls `greet`. No key is in it, since programs are shared. And curl, for who
 * wants to see what goes over the line.
 */
export const CLIENTS_BY_PROGRAM: readonly KnownClient[] = [
  {
    id: 'python',
    title: 'MCP SDK for Python',
    where: inPython('mcp'),
    language: 'python',
    text: ({ url }) =>
      python(
        `from mcp import ClientSession
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client`,
        'async with (',
        '    create_mcp_http_client(headers) as http,',
        `    streamable_http_client(${json(url)}, http_client=http) as (read, write, *_),`,
        '    ClientSession(read, write) as session,',
        '):',
        '    await session.initialize()',
        '    result = await session.call_tool("greet", {"name": "Alice"})',
        '    print(result.content[0].text)',
      ),
  },
  {
    id: 'fastmcp',
    title: 'FastMCP',
    where: inPython('fastmcp'),
    language: 'python',
    text: ({ url }) =>
      python(
        `from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport`,
        `async with Client(StreamableHttpTransport(${json(url)}, headers=headers)) as client:`,
        '    result = await client.call_tool("greet", {"name": "Alice"})',
        '    print(result.data)',
      ),
  },
  {
    id: 'openai-agents',
    title: 'OpenAI Agents SDK',
    where: inPython('openai-agents'),
    language: 'python',
    text: ({ url }) =>
      python(
        `from agents import Agent
from agents.mcp import MCPServerStreamableHttp`,
        `params = {"url": ${json(url)}, "headers": headers}`,
        'async with MCPServerStreamableHttp(name="tallygate", params=params) as server:',
        '    agent = Agent(name="Assistant", mcp_servers=[server])',
        '    print([tool.name for tool in await agent.mcp_servers[0].list_tools()])',
      ),
  },
  {
    id: 'langchain',
    title: 'LangChain',
    where: inPython('langchain-mcp-adapters'),
    language: 'python',
    text: ({ url }) =>
      python(
        'from langchain_mcp_adapters.client import MultiServerMCPClient',
        `server = {"transport": "streamable_http", "url": ${json(url)}, "headers": headers}`,
        'tools = await MultiServerMCPClient({"tallygate": server}).get_tools()',
        'print([tool.name for tool in tools])',
      ),
  },
  {
    id: 'pydantic-ai',
    title: 'Pydantic AI',
    where: inPython("'pydantic-ai-slim[mcp]'"),
    language: 'python',
    text: ({ url }) =>
      python(
        `from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset`,
        `toolset = MCPToolset(${json(url)}, headers=headers)`,
        'agent = Agent(toolsets=[toolset])  # and a model',
        'async with agent:',
        '    print([tool.name for tool in await toolset.list_tools()])',
      ),
  },
  {
    id: 'typescript',
    title: 'MCP SDK for TypeScript',
    where: `a program, e.g. tallygate-client.mjs (npm install @modelcontextprotocol/sdk), ${FROM_ENVIRONMENT}`,
    language: 'typescript',
    text: ({ url }) => `import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const key = process.env.TALLYGATE_API_KEY;
const headers = key ? { Authorization: \`Bearer \${key}\` } : {};
const client = new Client({ name: 'my-client', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(${json(url)}), { requestInit: { headers } }));
const { content } = await client.callTool({ name: 'greet', arguments: { name: 'Alice' } });
console.log(content[0].text);
await client.close();`,
  },
  {
    id: 'curl',
    title: 'curl',
    where: 'in a terminal',
    language: 'shell',
    text: ({ url, apiKey }) => `curl -sS ${quoted(url)} \\
  -H ${quoted(`Authorization: Bearer ${apiKey}`)} \\
  -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
  -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"greet","arguments":{"name":"curl"}}}'`,
  },
];

/** For a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
