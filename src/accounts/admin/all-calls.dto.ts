import { IdFilter } from '../../rest/dto-fields.js';
import { IsFormat, type Format } from '../../rest/export/export-format.js';
import { CallFilterQuery } from '../../usage/reports/call-filter.dto.js';
import { AnyCallDto } from '../../usage/reports/usage-history.dto.js';

export class AllCallsQuery extends CallFilterQuery {
  /** Only this user's calls; then all that are kept. */
  @IdFilter()
  user_id?: string;

  /** `csv` or `ndjson`: a file with all matching calls, whatever the page; `json`: a page. Also by `Accept`. */
  @IsFormat()
  format?: Format;
}

export class AllCallsDto {
  /** Newest first. */
  records!: AnyCallDto[];
  /** For `before`, to get the records that follow; null: there are none. */
  next!: string | null;
}
