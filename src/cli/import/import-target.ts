import type { AppConfig } from '../../config/app-config.js';
import type { ImportOptions } from '../../stock-data/import/dataset-import.service.js';
import type { ImportReport } from '../../stock-data/import/import-report.js';
import type { UniverseOptions } from '../../stock-data/sample/synthetic-universe.js';
import { findGateway } from './gateway-imports.js';
import { LocalImports } from './local-imports.js';

/** Where an import happens: in this process, or in the gateway that owns the data. */
export interface ImportTarget {
  import(dataset: string, file: string, options: ImportOptions): Promise<ImportReport>;
  generate(universe: UniverseOptions, onProgress: (share: number) => void): Promise<ImportReport[]>;
  close(): Promise<void>;
}

/**
 * An embedded engine belongs to one process, so while a gateway runs on this data folder the import goes through it.
 * With database servers this process talks to them itself.
 */
export async function openImportTarget(config: AppConfig): Promise<ImportTarget> {
  if (config.isTemporary) throw new Error('GATEWAY_DATABASE_URL=memory: keeps nothing, so there is nothing to import into.');
  const gateway = config.embedded.postgres ? await findGateway(config) : undefined;
  return gateway ?? LocalImports.open(config);
}
