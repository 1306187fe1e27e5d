import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the command line reads from the environment when an option is not given. */
export interface ClientSettings {
  /** TALLYGATE_URL: the gateway to talk to. */
  url: string;
  /** TALLYGATE_API_KEY. */
  apiKey: string | undefined;
  /** The folder where `tallygate login` keeps its token: the user's, not the project's. */
  configFolder: string;
  /** https://no-color.org */
  noColour: boolean;
}

const DEFAULT_URL = 'http://localhost:8000';

/** As in `gateway.yaml`, empty variables count as unset. */
export function readClientSettings(env: NodeJS.ProcessEnv = process.env): ClientSettings {
  const base = env['XDG_CONFIG_HOME'] || env['APPDATA'] || join(homedir(), '.config');
  return {
    url: env['TALLYGATE_URL'] || DEFAULT_URL,
    apiKey: env['TALLYGATE_API_KEY'] || undefined,
    configFolder: join(base, 'tallygate'),
    noColour: Boolean(env['NO_COLOR']),
  };
}
