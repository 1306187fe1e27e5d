import type { AppConfig } from '../../config/app-config.js';
import { findGateway } from './gateway-imports.js';
import type { ImportTarget } from './import-target.js';
import { LocalImports } from './local-imports.js';

/**
 * An embedded engine belongs to one process, so while a gateway runs on this data folder the import goes through it.
 * With database servers this process talks to them itself.
 */
export async function openImportTarget(config: AppConfig): Promise<ImportTarget> {
  if (config.isTemporary) throw new Error('GATEWAY_DATABASE_URL=memory: keeps nothing, so there is nothing to import into.');
  const gateway = config.isAlone ? await findGateway(config) : undefined;
  return gateway ?? LocalImports.open(config);
}
