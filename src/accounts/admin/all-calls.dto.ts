import { IdFilter } from '../../rest/dto-fields.js';
import { CallFilterQuery } from '../../usage/reports/call-filter.dto.js';
import { UsageRecordDto } from '../../usage/reports/usage-history.dto.js';

export class AllCallsQuery extends CallFilterQuery {
  /** Only this user's calls; then all that are kept. */
  @IdFilter()
  user_id?: string;
}

/** A call, and whose it is. */
export class AnyCallDto extends UsageRecordDto {
  user_id!: string;
  /** As it is now; null for a user that there is not. */
  user_email!: string | null;
  user_name!: string | null;
}

export class AllCallsDto {
  /** Newest first. */
  records!: AnyCallDto[];
  /** For `before`, to get the records that follow; null: there are none. */
  next!: string | null;
}
