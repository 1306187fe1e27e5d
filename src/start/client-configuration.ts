import { fileURLToPath } from 'node:url';

/** An MCP client and how it is told about this server. */
export interface ClientConfiguration {
  /** What `tallygate config client` calls it. */
  name: string;
  client: string;
  /** Where the text belongs: a command line, or a file. */
  where: string;
  text: string;
}

/** Ready-to-paste configuration of the common MCP clients. */
export function clientConfigurations(url: string, apiKey: string): ClientConfiguration[] {
  const headers = { Authorization: `Bearer ${apiKey}` };
  const json = (value: object) => JSON.stringify(value);
  const command = `claude mcp add --transport http tallygate ${url} --header "Authorization: Bearer ${apiKey}"`;
  const codex = `[mcp_servers.tallygate]\nurl = ${json(url as never)}\nhttp_headers = { "Authorization" = "Bearer ${apiKey}" }`;
  return [
    { name: 'claude-code', client: 'Claude Code', where: 'in a terminal', text: command },
    {
      name: 'cursor',
      client: 'Cursor',
      where: '~/.cursor/mcp.json',
      text: json({ mcpServers: { tallygate: { url, headers } } }),
    },
    {
      name: 'vscode',
      client: 'VS Code',
      where: '.vscode/mcp.json',
      text: json({ servers: { tallygate: { type: 'http', url, headers } } }),
    },
    {
      name: 'claude-desktop',
      client: 'Claude Desktop',
      where: 'claude_desktop_config.json',
      text: json({ mcpServers: { tallygate: bridge(url, apiKey) } }),
    },
    { name: 'codex', client: 'Codex', where: '~/.codex/config.toml', text: codex },
    {
      name: 'gemini-cli',
      client: 'Gemini CLI',
      where: '~/.gemini/settings.json',
      text: json({ mcpServers: { tallygate: { httpUrl: url, headers } } }),
    },
  ];
}

/** For a client whose file knows only stdio: this very program as the bridge. */
function bridge(url: string, apiKey: string): object {
  const program = fileURLToPath(new URL('../cli/main.js', import.meta.url));
  return { command: process.execPath, args: [program, 'stdio', '--url', url], env: { TALLYGATE_API_KEY: apiKey } };
}
