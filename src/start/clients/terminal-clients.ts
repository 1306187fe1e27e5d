import { fileURLToPath } from 'node:url';
import {
  API_KEY_PLACEHOLDER,
  clientConfigurations,
  type ClientConfiguration,
  type ConfigurationPlace,
} from '../../client/configurations/client-configuration.js';

/** How a client on this machine is told about a gateway. */
export interface TerminalConfiguration extends Omit<ClientConfiguration, 'where' | 'deep_link'> {
  /** On this operating system. */
  where: string;
}

const PLATFORMS: Partial<Record<NodeJS.Platform, 'macos' | 'windows' | 'linux'>> = {
  darwin: 'macos',
  win32: 'windows',
  linux: 'linux',
};

/** `clientConfigurations` for a terminal: links are entries of their own, and this very program is the bridge of who only speaks stdio. */
export function terminalConfigurations(url: string, apiKey?: string): TerminalConfiguration[] {
  const all = clientConfigurations(url, apiKey).map((one) => (one.id === 'claude-desktop' ? bridged(one, url, apiKey) : one));
  return [...all.map(withoutLink), ...all.flatMap(linkOf)];
}

function bridged(one: ClientConfiguration, url: string, apiKey = API_KEY_PLACEHOLDER): ClientConfiguration {
  const program = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
  const server = { command: process.execPath, args: [program, 'stdio', '--url', url], env: { TALLYGATE_API_KEY: apiKey } };
  return { ...one, text: JSON.stringify({ mcpServers: { tallygate: server } }) };
}

const placeHere = (place: ConfigurationPlace): string =>
  typeof place === 'string' ? place : (place[PLATFORMS[process.platform] ?? 'linux'] ?? Object.values(place).join(' or '));

const withoutLink = ({ id, title, where, language, text }: ClientConfiguration): TerminalConfiguration => ({
  id,
  title,
  where: placeHere(where),
  language,
  text,
});

const linkOf = ({ id, title, deep_link: text }: ClientConfiguration): TerminalConfiguration[] =>
  text === undefined ? [] : [{ id: `${id}-link`, title, where: 'as a link to open', language: 'uri', text }];
