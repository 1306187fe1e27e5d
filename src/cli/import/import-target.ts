import type { ImportOptions } from '../../stock-data/import/dataset-import.service.js';
import type { ImportReport } from '../../stock-data/import/import-report.js';
import type { UniverseOptions } from '../../stock-data/sample/synthetic-universe.js';

/** Where an import happens: in this process, or in the gateway that owns the data. */
export interface ImportTarget {
  import(dataset: string, file: string, options: ImportOptions): Promise<ImportReport>;
  generate(universe: UniverseOptions, onProgress: (share: number) => void): Promise<ImportReport[]>;
  close(): Promise<void>;
}
