import { CLIENTS_BY_LINK } from './install-links.js';
import type { KnownClient } from './known-client.js';
import { CLIENTS_BY_PROGRAM } from './program-code.js';
import { CLIENTS_BY_SETTINGS } from './settings-files.js';

/** How a client is told about one gateway. */
export type ClientConfiguration = Omit<KnownClient, 'text'> & { text: string };

const CLIENTS: readonly KnownClient[] = [...CLIENTS_BY_SETTINGS, ...CLIENTS_BY_LINK, ...CLIENTS_BY_PROGRAM];

/** Ready-to-paste configuration of the common MCP clients, in the order in which they are offered. */
export function clientConfigurations(url: string, apiKey: string): ClientConfiguration[] {
  return CLIENTS.map((client) => ({ ...client, text: client.text({ url, apiKey }) }));
}
