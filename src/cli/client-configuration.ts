/** An MCP client and how it is told about this server. */
export interface ClientConfiguration {
  client: string;
  /** Where the text belongs: a command line, or a file. */
  where: string;
  text: string;
}

/** Ready-to-paste configuration of the common MCP clients. */
export function clientConfigurations(url: string, apiKey: string): ClientConfiguration[] {
  const headers = { Authorization: `Bearer ${apiKey}` };
  const command = `claude mcp add --transport http tallygate ${url} --header "Authorization: Bearer ${apiKey}"`;
  return [
    { client: 'Claude Code', where: 'in a terminal', text: command },
    { client: 'Cursor', where: '~/.cursor/mcp.json', text: JSON.stringify({ mcpServers: { tallygate: { url, headers } } }) },
    {
      client: 'VS Code',
      where: '.vscode/mcp.json',
      text: JSON.stringify({ servers: { tallygate: { type: 'http', url, headers } } }),
    },
  ];
}
