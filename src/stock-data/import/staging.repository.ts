import { Injectable } from '@nestjs/common';
import { despiteAbsentReplicas, ON_ALL_REPLICAS, SEES_WRITES } from '../../clickhouse/clickhouse-cluster.js';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { Dataset } from '../datasets/dataset.js';

/** A table with a dataset's structure that no query reads. */
export interface Staging {
  dataset: Dataset;
  table: string;
}

/** All SQL of the staging tables, through which rows become visible in one step or not at all. */
@Injectable()
export class StagingRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /**
   * Of a cluster it is on one server and has no replicas: one of them could publish what it has while other rows are still on their way
   * (ClickHouse issue 73697). Where statements come to different servers, an import fails as a whole.
   */
  async create(dataset: Dataset, version: number): Promise<Staging> {
    const table = `staging_${dataset.table}_${version}`;
    const [key, ...others] = dataset.sortingKey;
    // Written as the dataset's own key is: ClickHouse compares the words.
    const order = others.length === 0 ? key : `(${dataset.sortingKey.join(', ')})`;
    await this.clickhouse.command(
      `CREATE TABLE ${table} AS ${dataset.table} ENGINE = ReplacingMergeTree(import_version) ORDER BY ${order}`,
    );
    return { dataset, table };
  }

  /** Inserts rows given as JSON arrays, one a line, in the order of the dataset's columns and `import_version`. */
  insert({ dataset, table }: Staging, lines: string): Promise<void> {
    const columns = [...dataset.columns.map(({ name }) => name), 'import_version'].join(', ');
    return this.clickhouse.insert(`INSERT INTO ${table} (${columns}) FORMAT JSONCompactEachRow`, lines);
  }

  /** The number of rows that will be visible: of several with the same key only the last. */
  async countRows({ table }: Staging): Promise<number> {
    const [row] = await this.clickhouse.query<{ rows: number }>(`SELECT count() AS rows FROM ${table} FINAL ${SEES_WRITES}`);
    return row!.rows;
  }

  /**
   * Makes all rows visible at once. Parts are linked, not copied, so the time does not grow with the number of rows; replicas fetch them.
   * ClickHouse Cloud, whose staging table has replicas, publishes what was acknowledged (`SEES_WRITES`).
   */
  async publish({ dataset, table }: Staging): Promise<void> {
    const statement = `ALTER TABLE ${dataset.table} ATTACH PARTITION tuple() FROM ${table} ${SEES_WRITES}, ${ON_ALL_REPLICAS}`;
    await despiteAbsentReplicas(this.clickhouse.command(statement));
  }

  /** Removes an import's rows again, after its publishing was interrupted. */
  async withdraw(dataset: Dataset, [from, to]: [number, number]): Promise<void> {
    const statement = `ALTER TABLE ${dataset.table} DELETE WHERE import_version BETWEEN {from:UInt64} AND {to:UInt64} SETTINGS ${ON_ALL_REPLICAS}`;
    await despiteAbsentReplicas(this.clickhouse.command(statement, { from, to }));
  }

  async drop({ table }: Pick<Staging, 'table'>): Promise<void> {
    await this.clickhouse.command(`DROP TABLE IF EXISTS ${table} SYNC`);
  }

  /** A dataset's staging tables. Under the dataset's import lock, these were left behind by a crash. */
  async leftovers(dataset: Dataset): Promise<string[]> {
    const rows = await this.clickhouse.query<{ name: string }>(
      'SELECT name FROM system.tables WHERE database = currentDatabase() AND match(name, {pattern:String})',
      { pattern: `^staging_${dataset.table}_[0-9]+$` },
    );
    return rows.map(({ name }) => name);
  }
}
