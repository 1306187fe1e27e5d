import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import { CREDIT_BUDGET_MAX, RATE_LIMIT_MAX } from '../../config/sections/bounds.js';
import { BUDGET_PERIODS, type BudgetPeriod } from '../../limits/credit-budget.js';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { PRINTABLE, Trimmed } from '../../rest/dto-fields.js';
import { SCOPES, type Scope } from '../../auth/access/scopes.js';
import type { IssuedKey } from './key-issuer.service.js';
import { weaknessOf } from '../foreign/foreign-secret.js';
import { EXPIRES_DAYS_MAX } from './key-expiry.js';

/** A week: long enough to replace a key by hand, short enough that a leaked one is not forgotten. */
const OVERLAP_MAX_SECONDS = 7 * 86_400;
export const ALLOWED_TOOLS_MAX = 200;
/** The name of a tool or a prompt, or the URI of a resource or of a template. */
export const ALLOWED_NAME = /^([A-Za-z0-9_.-]{1,128}|[a-z][a-z0-9+.-]{0,31}:[\x21-\x7e]{1,224})$/;

const isStrong = (secret: unknown) => typeof secret === 'string' && weaknessOf(secret) === undefined;
const weakness = (asked?: ValidationArguments) =>
  `secret ${typeof asked?.value === 'string' ? weaknessOf(asked.value) : 'must be a string'}`;

/** A new API key, as source 000 asks for it. */
@BodyExample<CreateKeyDto>({ key_name: 'my-cursor-key', expires_days: 90 })
export class CreateKeyDto {
  /** A name to tell keys apart, 1 to 100 characters. */
  @Matches(PRINTABLE, { message: 'key_name must not contain control characters' })
  @Length(1, 100)
  @IsString()
  @Trimmed()
  @IsOptional()
  key_name: string = 'API key';

  /** Days until it expires, 1 to 3650. Unset: never. */
  @Max(EXPIRES_DAYS_MAX)
  @Min(1)
  @IsInt()
  @IsOptional()
  expires_days?: number;

  /** What the key may do, at most what its owner may. Default `tools:call`. */
  @IsIn(SCOPES, { each: true })
  @ArrayUnique()
  @ArrayNotEmpty()
  @IsArray()
  @IsOptional()
  permissions?: Scope[];

  /**
   * Names of the only tools the key may call. Prompts by name, and resources by URI or template, can be listed too;
   * those that are not are hidden. Unset: everything its permissions allow.
   */
  @Matches(ALLOWED_NAME, { each: true, message: 'allowed_tools must be names of tools or prompts, or URIs of resources' })
  @ArrayUnique()
  @ArrayMaxSize(ALLOWED_TOOLS_MAX)
  @ArrayNotEmpty()
  @IsArray()
  @IsOptional()
  allowed_tools?: string[];

  /** Requests an hour. Unset: the gateway's limit for keys; only an admin may set a higher one. */
  @Max(RATE_LIMIT_MAX)
  @Min(1)
  @IsInt()
  @IsOptional()
  rate_limit_per_hour?: number;

  /** Credits that its calls may charge in a period; free calls go on when it is used up. Unset: as much as the account has. */
  @Max(CREDIT_BUDGET_MAX)
  @Min(1)
  @IsInt()
  @IsOptional()
  credit_budget?: number;

  /** When the budget begins anew, in UTC; `week`: on Mondays, `never`: it is for all time. Default `month`. */
  @IsIn(BUDGET_PERIODS)
  @IsOptional()
  budget_period?: BudgetPeriod;

  /** An existing secret that becomes the key, instead of a new one. It must be random; only its hash is stored. */
  @ValidateBy({ name: 'isStrongSecret', validator: { validate: isStrong, defaultMessage: weakness } })
  @IsOptional()
  secret?: string;
}

/** A new API key, as source 003 asks for it. */
@BodyExample<CreateServiceKeyDto>({ name: 'nightly-report', permissions: ['tools:call'] })
export class CreateServiceKeyDto {
  /** A name to tell keys apart, 1 to 100 characters. */
  @Matches(PRINTABLE, { message: 'name must not contain control characters' })
  @Length(1, 100)
  @IsString()
  @Trimmed()
  name!: string;

  /** What the key may do, at most what its owner may. */
  @IsIn(SCOPES, { each: true })
  @ArrayUnique()
  @ArrayNotEmpty()
  @IsArray()
  permissions!: Scope[];

  /** ISO 8601, in the future, within ten years; UTC if no zone is given. Unset: never. */
  @IsISO8601({ strict: true })
  @IsOptional()
  expires_at?: string;
}

/** The key to revoke. */
@BodyExample<RevokeKeyDto>({ key_id: '00000000-0000-4000-8000-000000000000', reason: 'No longer needed' })
export class RevokeKeyDto {
  /** The key's `id`, not the key itself. */
  @IsUUID()
  key_id!: string;

  /** Why, for whoever looks at the key later; 1 to 500 characters. */
  @Matches(PRINTABLE, { message: 'reason must not contain control characters' })
  @Length(1, 500)
  @IsString()
  @Trimmed()
  @IsOptional()
  reason?: string;
}

/** The key to replace. */
@BodyExample<RotateKeyDto>({ key_id: '00000000-0000-4000-8000-000000000000', overlap_seconds: 3600 })
export class RotateKeyDto {
  /** The key's `id`, not the key itself. */
  @IsUUID()
  key_id!: string;

  /** How long the old key keeps working, in seconds, 0 to 604800. */
  @Max(OVERLAP_MAX_SECONDS)
  @Min(0)
  @IsInt()
  @IsOptional()
  overlap_seconds: number = 0;
}

/** A new key, shown whole only here. */
export class CreatedKeyDto {
  success!: boolean;
  message!: string;
  /** The whole key. Keep it: it cannot be shown again. */
  api_key!: string;
  key_id!: string;
  key_name!: string;
  /** Its first 12 characters; of a secret that was brought in, at most a quarter. */
  api_key_prefix!: string;
  created_at!: Date;
  expires_at!: Date | null;

  static of({ key, token }: IssuedKey, message: string): CreatedKeyDto {
    return {
      success: true,
      message,
      api_key: token,
      key_id: key.id,
      key_name: key.name,
      api_key_prefix: key.prefix,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
    };
  }
}

/** The answer to a key request in the form of source 003. */
export class CreatedServiceKeyDto {
  id!: string;
  name!: string;
  /** The whole key. Keep it: it cannot be shown again. */
  api_key!: string;
  /** Its first 12 characters; of a secret that was brought in, at most a quarter. */
  api_key_prefix!: string;
  permissions!: Scope[];
  created_at!: Date;
  expires_at!: Date | null;

  static of({ key, token }: IssuedKey): CreatedServiceKeyDto {
    return {
      id: key.id,
      name: key.name,
      api_key: token,
      api_key_prefix: key.prefix,
      permissions: key.scopes,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
    };
  }
}

/** The key was revoked. */
export class RevokedKeyDto {
  success!: boolean;
  message!: string;
}
