import type { ConfigurationLanguage, ConfigurationPlace, KnownClient } from './known-client.js';
import { CLIENTS_BY_PROGRAM } from './program-code.js';
import { CLIENTS_BY_SETTINGS } from './settings-files.js';

export type { ConfigurationLanguage, ConfigurationPlace } from './known-client.js';

/** How a client is told about one gateway. */
export interface ClientConfiguration {
  /** What `tallygate config client` calls it. */
  id: string;
  title: string;
  where: ConfigurationPlace;
  language: ConfigurationLanguage;
  /** Ready to paste; with `API_KEY_PLACEHOLDER` where the key is not known. */
  text: string;
  /** A link that makes the client ask whether to add the gateway. The key is in it, where it is known: it is for its owner. */
  deep_link?: string;
}

/** Stands for a key that is not known. */
export const API_KEY_PLACEHOLDER = 'YOUR_API_KEY';

const CLIENTS: readonly KnownClient[] = [...CLIENTS_BY_SETTINGS, ...CLIENTS_BY_PROGRAM];

/** Ready-to-paste configuration of the common MCP clients, in the order in which they are offered; the same in a browser and in a terminal. */
export function clientConfigurations(url: string, apiKey?: string): ClientConfiguration[] {
  const access = { url, apiKey: apiKey ?? API_KEY_PLACEHOLDER };
  return CLIENTS.map(({ id, title, where, language, text, deepLink }) => ({
    id,
    title,
    where,
    language,
    text: text(access),
    ...(deepLink && { deep_link: deepLink(url, apiKey) }),
  }));
}
