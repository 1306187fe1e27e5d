import { join } from 'node:path';
import { templateSchema, type ShippedTemplateName, type TemplateValues } from '../../config/template-config.js';
import { installedPackage } from './server-packages.js';

type Recipe = (folders: readonly string[]) => TemplateValues;

/**
 * Templates that come with Tallygate, by name. `servers.enabled_templates` says which may be used. Their programs do not come
 * with it: each is made with the folders where packages are looked for, and throws PackageMissing where its own is not there.
 */
export const SHIPPED_TEMPLATES: Readonly<Record<string, Recipe>> = {
  http: () => remote('http', 'Any MCP server with streamable HTTP', 'Where its MCP endpoint is'),
  sse: () =>
    remote('sse', 'Any MCP server with HTTP and server-sent events, the transport of 2024-11-05', 'Where its event stream is'),
  'file-server': (folders) =>
    templateSchema.parse({
      description: 'Files of one folder: the official filesystem server',
      ...node(folders, '@modelcontextprotocol/server-filesystem', '${config.base_path}'),
      config: objectOf(['base_path'], {
        base_path: { type: 'string', pattern: '^(/|[A-Za-z]:[\\\\/])', description: 'An absolute path on the gateway' },
      }),
    }),
  everything: (folders) =>
    templateSchema.parse({
      description: 'Every feature of the protocol, for testing: the official everything server',
      ...node(folders, '@modelcontextprotocol/server-everything', 'stdio'),
    }),
  memory: (folders) =>
    templateSchema.parse({
      description: 'A knowledge graph in one file: the official memory server',
      ...node(folders, '@modelcontextprotocol/server-memory'),
      env: { MEMORY_FILE_PATH: '${config.file_path}' },
      config: objectOf(['file_path'], {
        file_path: { type: 'string', pattern: '^(/|[A-Za-z]:[\\\\/])', description: 'An absolute path on the gateway' },
      }),
    }),
} satisfies Record<ShippedTemplateName, Recipe>;

/** A server whose URL and credentials a registration says. */
const remote = (transport: 'http' | 'sse', description: string, url: string) =>
  templateSchema.parse({
    description,
    transport,
    url: '${config.url}',
    headers: { Authorization: 'Bearer ${config.bearer_token}' },
    headers_from: 'headers',
    config: objectOf(['url'], {
      url: { type: 'string', minLength: 1, description: url },
      bearer_token: { type: 'string', minLength: 1, pattern: '^[A-Za-z0-9._~+/=-]+$', writeOnly: true },
      headers: { type: 'object', additionalProperties: { type: 'string', writeOnly: true } },
    }),
  });

function objectOf(required: string[], properties: Record<string, object>) {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** The program of an installed package, run by this Node: nothing is looked up or fetched when a server starts. */
function node(folders: readonly string[], name: string, ...args: string[]) {
  const { folder, bin } = installedPackage(name, folders);
  return { transport: 'stdio', command: process.execPath, args: [join(folder, Object.values(bin)[0]!), ...args] };
}
