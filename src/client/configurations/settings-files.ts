import { cursorLink, lmStudioLink, vsCodeLink } from './install-links.js';
import type { Access, KnownClient } from './known-client.js';

/** What its user sets, for a file that others see. */
const FROM_ENVIRONMENT = '${TALLYGATE_API_KEY}';

const json = (value: unknown): string => JSON.stringify(value);
const headers = (apiKey: string) => ({ Authorization: `Bearer ${apiKey}` });
const named = (server: object) => ({ tallygate: server });

/** Clients with a file of settings, or a command that writes it. */
export const CLIENTS_BY_SETTINGS: readonly KnownClient[] = [
  {
    id: 'claude-code',
    title: 'Claude Code',
    where: 'in a terminal',
    language: 'shell',
    text: ({ url, apiKey }) => `claude mcp add --transport http tallygate ${url} --header "Authorization: Bearer ${apiKey}"`,
  },
  {
    id: 'cursor',
    title: 'Cursor',
    where: '~/.cursor/mcp.json',
    language: 'json',
    text: ({ url, apiKey }) => json({ mcpServers: named({ url, headers: headers(apiKey) }) }),
    deepLink: cursorLink,
  },
  {
    id: 'vscode',
    title: 'VS Code',
    where: '.vscode/mcp.json',
    language: 'json',
    text: ({ url, apiKey }) => json({ servers: named({ type: 'http', url, headers: headers(apiKey) }) }),
    deepLink: vsCodeLink,
  },
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    where: {
      macos: '~/Library/Application Support/Claude/claude_desktop_config.json',
      windows: '%APPDATA%\\Claude\\claude_desktop_config.json',
    },
    language: 'json',
    text: (access) => json({ mcpServers: named(bridge(access)) }),
  },
  {
    id: 'codex',
    title: 'Codex',
    where: '~/.codex/config.toml',
    language: 'toml',
    text: ({ url, apiKey }) =>
      `[mcp_servers.tallygate]\nurl = ${json(url)}\nhttp_headers = { "Authorization" = ${json(`Bearer ${apiKey}`)} }`,
  },
  {
    id: 'gemini-cli',
    title: 'Gemini CLI',
    where: '~/.gemini/settings.json',
    language: 'json',
    text: ({ url, apiKey }) => json({ mcpServers: named({ httpUrl: url, headers: headers(apiKey) }) }),
  },
  {
    id: 'claude-code-project',
    title: 'Claude Code, for a project',
    where: '.mcp.json of the project, which takes the key from the variable TALLYGATE_API_KEY',
    language: 'json',
    text: ({ url }) => json({ mcpServers: named({ type: 'http', url, headers: headers(FROM_ENVIRONMENT) }) }),
  },
  {
    id: 'windsurf',
    title: 'Windsurf',
    where: '~/.codeium/windsurf/mcp_config.json',
    language: 'json',
    text: ({ url, apiKey }) => json({ mcpServers: named({ serverUrl: url, headers: headers(apiKey) }) }),
  },
  {
    id: 'zed',
    title: 'Zed',
    where: 'its settings.json',
    language: 'json',
    text: ({ url, apiKey }) => json({ context_servers: named({ url, headers: headers(apiKey) }) }),
  },
  {
    id: 'continue',
    title: 'Continue',
    where: '.continue/mcpServers/tallygate.yaml',
    language: 'yaml',
    text: ({ url, apiKey }) => `name: Tallygate
version: 0.0.1
schema: v1
mcpServers:
  - name: tallygate
    type: streamable-http
    url: ${yaml(url)}
    requestOptions:
      headers:
        Authorization: ${yaml(`Bearer ${apiKey}`)}`,
  },
  {
    id: 'lm-studio',
    title: 'LM Studio',
    where: '~/.lmstudio/mcp.json',
    language: 'json',
    text: ({ url, apiKey }) => json({ mcpServers: named({ url, headers: headers(apiKey) }) }),
    deepLink: lmStudioLink,
  },
];

/** For a client whose file knows only stdio: a bridge that is fetched when it starts. Some clients split arguments at spaces: there is none. */
function bridge({ url, apiKey }: Access): object {
  const isPlain = url.startsWith('http:');
  const args = ['-y', 'mcp-remote', url, '--header', `X-API-Key:${FROM_ENVIRONMENT}`, ...(isPlain ? ['--allow-http'] : [])];
  return { command: 'npx', args, env: { TALLYGATE_API_KEY: apiKey } };
}

/** Plain where YAML reads that as the text it is. */
const yaml = (text: string): string => (/^[A-Za-z][\w ./:?=&%~+-]*$/.test(text) && !/: |:$| $/.test(text) ? text : json(text));
