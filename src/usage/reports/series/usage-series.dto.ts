import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { Fraction, IdFilter, Instant, TimeZone } from '../../../rest/dto-fields.js';
import type { BucketSize } from './time-buckets.js';

const OWN_GROUPS = ['none', 'tool', 'api_key', 'service', 'table', 'outcome', 'client'] as const;
const ALL_GROUPS = [...OWN_GROUPS, 'user'] as const;

/** What calls a series counts. */
export class SeriesQuery {
  /** Only calls from this instant on, ISO 8601 with its zone; 30 days before `to` where it is left out. */
  @Instant()
  from?: string;

  /** Only calls before this instant, ISO 8601 with its zone; now where it is left out. */
  @Instant()
  to?: string;

  /** `auto`: hours up to seven days, else days. A series has at most 400 points. */
  @IsIn(['hour', 'day', 'auto'])
  @IsOptional()
  bucket: BucketSize | 'auto' = 'auto';

  /** Only calls of this tool. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  tool_name?: string;

  /** Only calls made with this key. */
  @IdFilter()
  api_key_id?: string;

  /** Whose days are meant, as the IANA names it, e.g. `Europe/Berlin`. Hours begin with those of UTC everywhere. */
  @TimeZone()
  @Length(1, 64)
  time_zone: string = 'UTC';
}

export class OwnSeriesQuery extends SeriesQuery {
  /** A series for each tool, key, source of tools, table, outcome or client; `none`: one of all calls. */
  @IsIn(OWN_GROUPS)
  @IsOptional()
  group_by: (typeof OWN_GROUPS)[number] = 'none';
}

export class AllSeriesQuery extends SeriesQuery {
  /** As for one's own calls, and `user`. By outcome or client at most 31 days at a time, unless they are a user's. */
  @IsIn(ALL_GROUPS)
  @IsOptional()
  group_by: (typeof ALL_GROUPS)[number] = 'none';

  /** Only this user's calls. */
  @IdFilter()
  user_id?: string;

  /** Only calls of this account's user. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  @IsOptional()
  account_id?: number;
}

/** Sums of calls. */
export class SeriesSumsDto {
  calls!: number;
  /** Calls that failed, whoever was to blame. */
  errors!: number;
  /** Of these, the ones that cost nothing since the tool or its backend failed; null while not known for calls of an earlier release. */
  backend_errors!: number | null;
  records!: number;
  credits!: number;
  /** Half of the calls took at most this long, within 5 %; null without calls, and while not known for calls of an earlier release. */
  @Fraction()
  p50_ms!: number | null;
  @Fraction()
  p95_ms!: number | null;
  @Fraction()
  p99_ms!: number | null;
}

export class SeriesPointDto extends SeriesSumsDto {
  /** When the hour or day begins; the first may begin before `from`. */
  t!: Date;
}

export class SeriesDto {
  /** An id or a name; empty for calls without one; `all` without groups; `others` for all further ones. */
  key!: string;
  /** To be shown: the name of a key, the e-mail of a user, or the key itself. */
  label!: string;
  /** Every hour or day of the time asked for, also without calls. */
  points!: SeriesPointDto[];
  total!: SeriesSumsDto;
}

export class UsageSeriesDto {
  bucket!: BucketSize;
  from!: Date;
  to!: Date;
  time_zone!: string;
  /** Most calls first, at most eight; then all others as one, if there are more. */
  series!: SeriesDto[];
  /** How many keys are in `others`, which is the last series then; 0: there is none. */
  others_count!: number;
  /** Everything that was recorded before is counted; usually less than a second ago. */
  fresh_until!: Date;
}
