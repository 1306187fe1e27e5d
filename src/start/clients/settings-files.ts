import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Access, KnownClient } from './known-client.js';

/** What its user sets, for a file that others see. */
const FROM_ENVIRONMENT = '${TALLYGATE_API_KEY}';

const json = (value: unknown): string => JSON.stringify(value);
const headers = (apiKey: string) => ({ Authorization: `Bearer ${apiKey}` });
const named = (server: object) => ({ tallygate: server });

/** Clients with a file of settings, or a command that writes it. */
export const CLIENTS_BY_SETTINGS: readonly KnownClient[] = [
  {
    name: 'claude-code',
    client: 'Claude Code',
    where: 'in a terminal',
    text: ({ url, apiKey }) => `claude mcp add --transport http tallygate ${url} --header "Authorization: Bearer ${apiKey}"`,
  },
  {
    name: 'cursor',
    client: 'Cursor',
    where: '~/.cursor/mcp.json',
    text: ({ url, apiKey }) => json({ mcpServers: named({ url, headers: headers(apiKey) }) }),
  },
  {
    name: 'vscode',
    client: 'VS Code',
    where: '.vscode/mcp.json',
    text: ({ url, apiKey }) => json({ servers: named({ type: 'http', url, headers: headers(apiKey) }) }),
  },
  {
    name: 'claude-desktop',
    client: 'Claude Desktop',
    where: 'claude_desktop_config.json',
    text: (access) => json({ mcpServers: named(bridge(access)) }),
  },
  {
    name: 'codex',
    client: 'Codex',
    where: '~/.codex/config.toml',
    text: ({ url, apiKey }) =>
      `[mcp_servers.tallygate]\nurl = ${json(url)}\nhttp_headers = { "Authorization" = ${json(`Bearer ${apiKey}`)} }`,
  },
  {
    name: 'gemini-cli',
    client: 'Gemini CLI',
    where: '~/.gemini/settings.json',
    text: ({ url, apiKey }) => json({ mcpServers: named({ httpUrl: url, headers: headers(apiKey) }) }),
  },
  {
    name: 'claude-code-project',
    client: 'Claude Code',
    where: '.mcp.json of the project, which takes the key from the variable TALLYGATE_API_KEY',
    text: ({ url }) => json({ mcpServers: named({ type: 'http', url, headers: headers(FROM_ENVIRONMENT) }) }),
  },
  {
    name: 'windsurf',
    client: 'Windsurf',
    where: '~/.codeium/windsurf/mcp_config.json',
    text: ({ url, apiKey }) => json({ mcpServers: named({ serverUrl: url, headers: headers(apiKey) }) }),
  },
  {
    name: 'zed',
    client: 'Zed',
    where: 'its settings.json',
    text: ({ url, apiKey }) => json({ context_servers: named({ url, headers: headers(apiKey) }) }),
  },
  {
    name: 'continue',
    client: 'Continue',
    where: '.continue/mcpServers/tallygate.yaml',
    text: ({ url, apiKey }) => {
      const server = { name: 'tallygate', type: 'streamable-http', url, requestOptions: { headers: headers(apiKey) } };
      return stringify({ name: 'Tallygate', version: '0.0.1', schema: 'v1', mcpServers: [server] }).trimEnd();
    },
  },
  {
    name: 'lm-studio',
    client: 'LM Studio',
    where: '~/.lmstudio/mcp.json',
    text: ({ url, apiKey }) => json({ mcpServers: named({ url, headers: headers(apiKey) }) }),
  },
];

/** For a client whose file knows only stdio: this very program as the bridge. */
function bridge({ url, apiKey }: Access): object {
  const program = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
  return { command: process.execPath, args: [program, 'stdio', '--url', url], env: { TALLYGATE_API_KEY: apiKey } };
}
