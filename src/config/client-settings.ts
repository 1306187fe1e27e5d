import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the command line takes from the environment where an option is not given. */
export interface ClientSettings {
  /** TALLYGATE_URL: the gateway to talk to. */
  url: string;
  /** TALLYGATE_API_KEY. */
  apiKey: string | undefined;
  /** Where `tallygate login` keeps its token: of the user, not of the project. */
  configFolder: string;
  /** https://no-color.org */
  noColour: boolean;
}

const DEFAULT_URL = 'http://localhost:8000';

/** Empty variables count as unset, as in `gateway.yaml`'s. */
export function readClientSettings(env: NodeJS.ProcessEnv = process.env): ClientSettings {
  const base = env['XDG_CONFIG_HOME'] || env['APPDATA'] || join(homedir(), '.config');
  return {
    url: env['TALLYGATE_URL'] || DEFAULT_URL,
    apiKey: env['TALLYGATE_API_KEY'] || undefined,
    configFolder: join(base, 'tallygate'),
    noColour: Boolean(env['NO_COLOR']),
  };
}
