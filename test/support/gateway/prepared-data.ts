import { spawnSync } from 'node:child_process';
import { temporaryFolder } from '../temporary-folder.js';

/** Settings that say where the data is, or count when it is made. */
const OF_ITS_OWN = /^GATEWAY_(ADMIN_.*|SECRET_KEY|DATABASE_URL|CLICKHOUSE_URL|AUTH_ENABLED)$/;

/** See `once/prepared-data.mjs`. */
const prepared = () => JSON.parse(process.env['TEST_PREPARED_DATA']!) as { folder: string; apiKey: string };

/** Whether a gateway with these settings can begin with the prepared data. */
export const canBePrepared = (env: Readonly<Record<string, string>>): boolean =>
  !Object.keys(env).some((name) => OF_ITS_OWN.test(name));

/** The key that the admin of the prepared data has. */
export const preparedKey = (): string => prepared().apiKey;

/** A folder with a copy of the prepared data, its owners and modes kept. */
export function preparedFolder(): string {
  const folder = temporaryFolder('e2e');
  const { status, stderr } = spawnSync('cp', ['-a', `${prepared().folder}/.`, folder]);
  if (status !== 0) throw new Error(`The prepared data cannot be copied: ${String(stderr)}`);
  return folder;
}
