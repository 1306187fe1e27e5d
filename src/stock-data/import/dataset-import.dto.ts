import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsBoolean, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import type { ImportReport } from './import-report.js';
import { UNIVERSE_DAYS_MAX, UNIVERSE_DAYS_MIN, UNIVERSE_DAYS_WORDS, UNIVERSE_SYMBOLS_MAX } from '../bounds.js';
import { UNIVERSE_DEFAULTS } from '../sample/synthetic-universe.js';

const PAIRS_MAX = 50;
const DAYS = { message: UNIVERSE_DAYS_WORDS };
const PAIR = /^[^=]+=/;

/** How to read the file; `?map=date=Date&map=close=Last&set=symbol=AAPL`. */
export class ImportQuery {
  /** `<column of the dataset>=<column of the file>`, where the names differ; may be repeated. */
  @Matches(PAIR, { each: true, message: 'map must look like date=Date: a column of the dataset, "=", a column of the file' })
  @MaxLength(500, { each: true })
  @ArrayMaxSize(PAIRS_MAX)
  @Transform(({ value }) => listOf(value))
  @IsOptional()
  map: string[] = [];

  /** `<column of the dataset>=<value for every row>`; may be repeated. */
  @Matches(PAIR, { each: true, message: 'set must look like symbol=AAPL: a column of the dataset, "=", a value' })
  @MaxLength(500, { each: true })
  @ArrayMaxSize(PAIRS_MAX)
  @Transform(({ value }) => listOf(value))
  @IsOptional()
  set: string[] = [];

  /** Import the valid lines of a file that has invalid ones; otherwise one invalid line rejects the whole file. */
  @IsBoolean()
  @IsOptional()
  skip_rejected: boolean = false;

  /** The file's name, for the import log. */
  @MaxLength(200)
  @IsString()
  @IsOptional()
  name: string = 'upload';
}

/** The market to generate. */
@BodyExample<SyntheticDto>({ symbols: 10, days: 63, seed: 1 })
export class SyntheticDto {
  /** Companies, 1 to 9 999. */
  @Max(UNIVERSE_SYMBOLS_MAX)
  @Min(1)
  @IsInt()
  @IsOptional()
  symbols: number = UNIVERSE_DEFAULTS.symbols;

  /** Trading days, 63 (the first quarter) to 10 000. */
  @Max(UNIVERSE_DAYS_MAX, DAYS)
  @Min(UNIVERSE_DAYS_MIN, DAYS)
  @IsInt()
  @IsOptional()
  days: number = UNIVERSE_DEFAULTS.days;

  /** The same seed makes the same market. */
  @Max(Number.MAX_SAFE_INTEGER)
  @Min(Number.MIN_SAFE_INTEGER)
  @IsInt()
  @IsOptional()
  seed: number = UNIVERSE_DEFAULTS.seed;
}

/** A rejected line. */
export class RejectedLineDto {
  /** Line of a CSV file, row of a Parquet file; from 1. */
  line!: number;
  reason!: string;
}

/** The result of an import. */
export class ImportReportDto implements ImportReport {
  dataset!: string;
  /**
   * imported: the rows are visible; unchanged: this file is already what the dataset shows; rejected: nothing was
   * imported.
   */
  status!: 'imported' | 'unchanged' | 'rejected';
  /** Records in the file. */
  rows!: number;
  accepted!: number;
  /** Accepted records replaced by a later one in the file with the same key. */
  duplicates!: number;
  rejected_total!: number;
  /** The first 100 of the rejected lines. */
  rejected!: RejectedLineDto[];
  /** Columns of the file that were not used. */
  ignored_columns!: string[];
}

/** `['a=b', 'c=d']` as `{ a: 'b', c: 'd' }`. */
export function pairs(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(list.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

const listOf = (value: unknown): unknown => (typeof value === 'string' ? [value] : value);
