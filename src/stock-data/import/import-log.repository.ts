import { Injectable } from '@nestjs/common';
import { SEES_WRITES } from '../../clickhouse/clickhouse-cluster.js';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { Dataset } from '../datasets/dataset.js';
import { versionOfRows } from './row-version.js';

export interface ImportEntry {
  dataset: string;
  /** Number of the import among those of its dataset, from 1. */
  version: number;
  /** Same file, same mapping, same dataset: same fingerprint. */
  fingerprint: string;
  /** The file's name, for people. */
  source: string;
  /** Number of distinct rows it brought. */
  rows: number;
  rejected: number;
}

type StoredEntry = ImportEntry & { is_done: number };

/** `undone`: it was interrupted, and none of its rows was left. */
export type ImportState = 'done' | 'unfinished' | 'undone';

/** An import, for people. */
export interface PastImport extends Omit<ImportEntry, 'fingerprint'> {
  state: ImportState;
  imported_at: Date;
}

const COLUMNS = 'dataset, version, is_done, fingerprint, source, rows, rejected';

/** All SQL of `dataset_imports`: every import, and whether it finished. */
@Injectable()
export class ImportLogRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** The dataset's last import, finished or not. */
  async last(dataset: Dataset): Promise<StoredEntry | undefined> {
    const [entry] = await this.clickhouse.query<StoredEntry>(
      `SELECT ${COLUMNS} FROM dataset_imports FINAL WHERE dataset = {dataset:String} ORDER BY version DESC LIMIT 1 ${SEES_WRITES}`,
      { dataset: dataset.table },
    );
    return entry;
  }

  /** The last imports into all datasets, newest first. */
  async latest(limit: number): Promise<PastImport[]> {
    const rows = await this.clickhouse.query<Omit<PastImport, 'imported_at'> & { ms: number }>(
      `SELECT dataset, version, source, rows, rejected, toUnixTimestamp64Milli(imported_at) AS ms,
         multiIf(is_done = 0, 'unfinished', fingerprint = '', 'undone', 'done') AS state
       FROM dataset_imports FINAL ORDER BY imported_at DESC, dataset, version DESC LIMIT {limit:UInt32} ${SEES_WRITES}`,
      { limit },
    );
    return rows.map(({ ms, ...entry }) => ({ ...entry, imported_at: new Date(ms) }));
  }

  /** The last finished import of this fingerprint. */
  async find(dataset: Dataset, fingerprint: string): Promise<ImportEntry | undefined> {
    const [entry] = await this.clickhouse.query<ImportEntry>(
      `SELECT ${COLUMNS} FROM dataset_imports FINAL
       WHERE dataset = {dataset:String} AND fingerprint = {fingerprint:String} AND is_done = 1
       ORDER BY version DESC LIMIT 1 ${SEES_WRITES}`,
      { dataset: dataset.table, fingerprint },
    );
    return entry;
  }

  /** Datasets whose last import did not finish. */
  async unfinished(): Promise<string[]> {
    const rows = await this.clickhouse.query<{ dataset: string }>(
      `SELECT dataset FROM dataset_imports FINAL GROUP BY dataset HAVING argMax(is_done, version) = 0 ${SEES_WRITES}`,
    );
    return rows.map(({ dataset }) => dataset);
  }

  /** The number of an import's rows that are visible, not replaced by a later import. */
  async visibleRows(dataset: Dataset, version: number): Promise<number> {
    const [from, to] = versionOfRows(version);
    const [row] = await this.clickhouse.query<{ rows: number }>(
      `SELECT count() AS rows FROM ${dataset.table} FINAL WHERE import_version BETWEEN {from:UInt64} AND {to:UInt64} ${SEES_WRITES}`,
      { from, to },
    );
    return row!.rows;
  }

  begin(entry: ImportEntry): Promise<void> {
    return this.write(entry, 0);
  }

  finish(entry: ImportEntry): Promise<void> {
    return this.write(entry, 1);
  }

  /** The sources of all imports ever made. */
  async sources(): Promise<string[]> {
    const rows = await this.clickhouse.query<{ source: string }>('SELECT DISTINCT source FROM dataset_imports WHERE is_done = 1');
    return rows.map(({ source }) => source);
  }

  /** The version of the newest import and the number of rows, per table; polled by replicas. */
  versions(tables: string[]): Promise<{ table: string; version: number; rows: number }[]> {
    return this.clickhouse.query(
      `SELECT t.name AS table, v.version AS version, ifNull(t.total_rows, 0) AS rows
       FROM system.tables AS t
       LEFT JOIN (SELECT dataset, max(version) AS version FROM dataset_imports WHERE is_done = 1 GROUP BY dataset) AS v
         ON v.dataset = t.name
       WHERE t.database = currentDatabase() AND t.name IN {tables:Array(String)}`,
      { tables },
    );
  }

  private write(entry: ImportEntry, isDone: 0 | 1): Promise<void> {
    return this.clickhouse.command(
      `INSERT INTO dataset_imports (${COLUMNS}, imported_at) VALUES ({dataset:String}, {version:UInt64}, {isDone:UInt8},
       {fingerprint:String}, {source:String}, {rows:UInt64}, {rejected:UInt64}, now64(3, 'UTC'))`,
      { ...entry, isDone },
    );
  }
}
