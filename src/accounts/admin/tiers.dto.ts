import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { RATE_LIMIT_MAX, TIER_CREDITS_MAX } from '../../config/sections/bounds.js';
import { PRINTABLE } from '../../rest/dto-fields.js';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { IsReason, ReasonDto } from '../../rest/reason.dto.js';
import { NULL_TAKES_BACK } from '../../rest/validated-fields.js';

export class TierParams {
  /** One of the configured `tiers`; to be reset, also one that the settings file has named no more since. */
  @Matches(PRINTABLE, { message: 'name must not contain control characters' })
  @Length(1, 32)
  @IsString()
  name!: string;
}

/** What a tier gives from now on; what is left out stays as it is. */
@BodyExample<SetTierDto>({ monthly_credits: 50, reason: 'What was promised' })
export class SetTierDto {
  /** More tops its accounts up at once; fewer count from next month. */
  @Max(TIER_CREDITS_MAX)
  @Min(0)
  @IsInt()
  @IsOptional()
  monthly_credits?: number;

  /** Requests an hour of a user; null: as everybody has, `limits.user_per_hour`. */
  @Max(RATE_LIMIT_MAX)
  @Min(1)
  @IsInt()
  @IsOptional(NULL_TAKES_BACK)
  user_per_hour?: number | null;

  /** Requests an hour of a key without a limit of its own; null: as everybody's, `limits.api_key_per_hour`. */
  @Max(RATE_LIMIT_MAX)
  @Min(1)
  @IsInt()
  @IsOptional(NULL_TAKES_BACK)
  api_key_per_hour?: number | null;

  /** For whoever looks at the audit log later; 1 to 500 characters. */
  @IsReason()
  reason!: string;
}

/** Why a tier goes back to what it was. */
export class ResetTierQuery extends ReasonDto {}

/** What a tier gives, for operators. */
export class TierDto {
  name!: string;
  /** Credits a month. They do not carry over. Null for a tier of which there is only what an admin has set, since the file names others. */
  monthly_credits!: number | null;
  /** Requests an hour of a user of its accounts; null: as everybody has. */
  user_per_hour!: number | null;
  /** Requests an hour of each of their keys without a limit of its own; null: as everybody's. */
  api_key_per_hour!: number | null;
  /** Who says so: the gateway itself, the settings file, which nothing else changes, or an admin. */
  source!: 'default' | 'gateway.yaml' | 'override';
  /** What an admin has set that does not count, since the settings file names the tiers; null where there is no such thing. */
  overridden!: number | null;
  /** What it gives where no admin says anything; null for a tier that there is not. */
  default_monthly_credits!: number | null;
  /** Whether new accounts get it. */
  is_default!: boolean;
  /** Accounts on it, also those that are switched off. */
  accounts!: number;
  /** E-mail of the admin who has set it; null where nobody has in person. */
  changed_by!: string | null;
  changed_at!: Date | null;
}

/** All tiers. */
export class TierListDto {
  /** In the order of the settings; then those that there are not, but for what an admin has set. */
  items!: TierDto[];
}
