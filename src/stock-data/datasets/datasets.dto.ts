import { ApiProperty } from '@nestjs/swagger';
import type { ImportState } from '../import/import-log.repository.js';

/** A dataset, and how much of it there is. */
export class DatasetDto {
  /** Its table; as in `POST /api/admin/datasets/{dataset}/import`. */
  dataset!: string;
  title!: string;
  description!: string;
  /** Names of its columns, in their order. */
  columns!: string[];
  row_count!: number;
  /** Null for a dataset without symbols. */
  symbol_count!: number | null;
  /** Null for a dataset without days, or without rows. */
  first_date!: string | null;
  last_date!: string | null;
  /** Number of generated rows. */
  synthetic_row_count!: number;
}

export class DatasetListDto {
  /** Whether the tools of the stock data are offered, `stock_data.enabled`. */
  enabled!: boolean;
  datasets!: DatasetDto[];
}

/** An import into a dataset. One that was rejected as a whole is none. */
export class DatasetImportDto {
  dataset!: string;
  /** Its number among those of the dataset, from 1. */
  version!: number;
  /** The file's name, or what was generated. */
  source!: string;
  /** done: its rows are visible; unfinished: it runs, or was interrupted; undone: it was interrupted, and none of its rows is left. */
  @ApiProperty({ enum: ['done', 'unfinished', 'undone'] })
  state!: ImportState;
  /** Distinct rows it brought. */
  rows!: number;
  /** Lines that were left out, since they were invalid. */
  rejected!: number;
  /** When it ended; of an unfinished one, when its rows began to be made visible. */
  imported_at!: Date;
}

export class DatasetImportListDto {
  /** The last 100, newest first. */
  imports!: DatasetImportDto[];
}
