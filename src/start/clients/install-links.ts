import type { Access, KnownClient } from './known-client.js';

const server = ({ url, apiKey }: Access) => ({ url, headers: { Authorization: `Bearer ${apiKey}` } });
const base64 = (value: object): string => encodeURIComponent(Buffer.from(JSON.stringify(value)).toString('base64'));

/** Clients that install a server from a link, which a browser or a chat can open. The key is in it: it is for its owner. */
export const CLIENTS_BY_LINK: readonly KnownClient[] = [
  {
    name: 'cursor-link',
    client: 'Cursor',
    where: 'as a link to open',
    text: (access) => `cursor://anysphere.cursor-deeplink/mcp/install?name=tallygate&config=${base64(server(access))}`,
  },
  {
    name: 'vscode-link',
    client: 'VS Code',
    where: 'as a link to open',
    text: (access) =>
      `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: 'tallygate', type: 'http', ...server(access) }))}`,
  },
  {
    name: 'lm-studio-link',
    client: 'LM Studio',
    where: 'as a link to open',
    text: (access) => `lmstudio://add_mcp?name=tallygate&config=${base64(server(access))}`,
  },
];
