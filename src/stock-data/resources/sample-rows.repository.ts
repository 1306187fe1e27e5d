import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { Dataset, Row } from '../datasets/dataset.js';
import { QUERY_LIMITS } from '../queries/query-limits.js';
import { selectList } from '../queries/select-list.js';

/** Rows to show what a dataset looks like, made of its descriptor. */
@Injectable()
export class SampleRowsRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** The first rows in the order of the key. */
  first(dataset: Dataset, limit: number, signal: AbortSignal): Promise<Row[]> {
    return this.clickhouse.query(
      `SELECT ${selectList(dataset)} FROM ${dataset.table} FINAL ORDER BY ${dataset.sortingKey.join(', ')} LIMIT {limit:UInt8} ${QUERY_LIMITS}`,
      { limit },
      { signal },
    );
  }
}
