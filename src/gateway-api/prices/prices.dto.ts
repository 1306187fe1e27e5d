import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { PRICE_MAX } from '../../config/sections/bounds.js';
import { PRINTABLE } from '../../rest/dto-fields.js';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { PageQuery } from '../../rest/page.dto.js';
import { IsReason, ReasonDto } from '../../rest/reason.dto.js';

/** Filters of the list of prices. */
export class PricesQuery extends PageQuery {
  /** Part of a tool's name, case-insensitive. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  search?: string;
}

export class PriceParams {
  /** The tool's name in `GET /tools`, or `resources/read` or `prompts/get`, whose slash may be written as it is or as `%2F`. */
  @Matches(PRINTABLE, { message: 'tool must not contain control characters' })
  @Length(1, 200)
  @IsString()
  @Transform(({ value }: { value: unknown }) => restOfPath(value))
  tool!: string;
}

/** A wildcard's parts as one name. As proxies do, which merge slashes and may have decoded `%2F`, empty parts are left out. */
const restOfPath = (parts: unknown): unknown => (Array.isArray(parts) ? parts.filter((part) => part !== '').join('/') : parts);

/** A tool's new price. */
@BodyExample<SetPriceDto>({ price: 1, reason: 'Costs of its backend' })
export class SetPriceDto {
  /** Credits for one call. */
  @Max(PRICE_MAX)
  @Min(0)
  @IsInt()
  price!: number;

  /** For whoever looks at the audit log later; 1 to 500 characters. */
  @IsReason()
  reason!: string;
}

/** Why a price is taken back. */
export class ResetPriceQuery extends ReasonDto {}

/**
 * Who says what a tool costs: the tool itself, the template of its server, the settings file, which nothing else changes, or an admin.
 */
export type PriceSource = 'default' | 'template' | 'gateway.yaml' | 'override';

/** What one call costs. */
export class PriceDto {
  tool!: string;
  /** Credits for one call; null for what no source has any more and nobody has set. */
  price!: number | null;
  source!: PriceSource;
  /** What an admin has set that does not count, since the settings file has the price; null where there is no such thing. */
  overridden!: number | null;
  /** What it costs where neither the settings file nor an admin says anything; null for what no source has. */
  default_price!: number | null;
  /** False: no source has such a tool now. One that comes by this name has this price. */
  known!: boolean;
  /** E-mail of the admin who has set it; null where nobody has in person. */
  changed_by!: string | null;
  changed_at!: Date | null;
  /** Everybody's calls, also those that nothing is charged for; null while usage cannot be read. */
  calls_last_30_days!: number | null;
  /** What they were charged; null while usage cannot be read. */
  credits_last_30_days!: number | null;
}

/** A page of prices. */
export class PriceListDto {
  /** By name. */
  items!: PriceDto[];
  /** Number of prices on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
