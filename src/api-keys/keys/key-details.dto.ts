import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
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
import { RATE_LIMIT_MAX } from '../../config/sections/bounds.js';
import type { BudgetPeriod } from '../../limits/credit-budget.js';
import { BodyExample } from '../../rest/openapi/body-example.js';
import type { KeyLimits, RateLimitRest } from '../../auth/access/caller-limit.service.js';
import { SCOPES, type Scope } from '../../auth/access/scopes.js';
import { PRINTABLE, Trimmed } from '../../rest/dto-fields.js';
import { ALLOWED_NAME, ALLOWED_TOOLS_MAX } from './api-key.dto.js';
import { BudgetChangeDto } from '../budgets/key-budget.dto.js';
import type { BudgetUse } from '../../credits/budgets/budget-uses.service.js';
import type { ApiKey } from './api-key.entity.js';

/** As many keys as a list without pages shows; most users have fewer. */
const LISTED_MAX = 1_000;
/** What a key may have a bound of. */
export const BOUNDS = ['allowed_tools', 'rate_limit_per_hour', 'expires_at', 'credit_budget'] as const;

const GIVEN_TOO = 'clear must not name what is given a value in the same request';
const isNotGivenToo = (cleared: unknown, asked?: ValidationArguments) =>
  !Array.isArray(cleared) || !BOUNDS.some((bound) => cleared.includes(bound) && (asked?.object as EditKeyDto)[bound] != null);

/** The key in the path. */
export class KeyParams {
  /** The key's `id`, not the key itself. */
  @IsUUID()
  id!: string;
}

/** What changes of a key; what is left out stays. */
@BodyExample<EditKeyDto>({ key_name: 'my-cursor-key' })
export class EditKeyDto extends BudgetChangeDto {
  /** 1 to 100 characters. */
  @Matches(PRINTABLE, { message: 'key_name must not contain control characters' })
  @Length(1, 100)
  @IsString()
  @Trimmed()
  @IsOptional()
  key_name?: string;

  /** What the key may do, at most what its owner may. */
  @IsIn(SCOPES, { each: true })
  @ArrayUnique()
  @ArrayNotEmpty()
  @IsArray()
  @IsOptional()
  permissions?: Scope[];

  /** Names of the only tools, prompts and resources the key may reach. */
  @Matches(ALLOWED_NAME, { each: true, message: 'allowed_tools must be names of tools or prompts, or URIs of resources' })
  @ArrayUnique()
  @ArrayMaxSize(ALLOWED_TOOLS_MAX)
  @ArrayNotEmpty()
  @IsArray()
  @IsOptional()
  allowed_tools?: string[];

  /** Requests an hour. Only an admin may set more than the gateway's limit for keys. */
  @Max(RATE_LIMIT_MAX)
  @Min(1)
  @IsInt()
  @IsOptional()
  rate_limit_per_hour?: number;

  /** ISO 8601, in the future, within ten years; UTC if no zone is given. */
  @IsISO8601({ strict: true })
  @IsOptional()
  expires_at?: string;

  /**
   * Bounds that are taken off: the key reaches all its permissions allow, has what keys of its owner have, never expires, or charges as
   * much as the account has. A bound is taken off or given, not both.
   */
  @ValidateBy({ name: 'isNotGivenToo', validator: { validate: isNotGivenToo, defaultMessage: () => GIVEN_TOO } })
  @IsIn(BOUNDS, { each: true })
  @ArrayUnique()
  @IsArray()
  @IsOptional()
  clear?: (typeof BOUNDS)[number][];
}

/** What of a key depends on more than itself. */
export interface KeyNow {
  isActive: boolean;
  /** Undefined: it has no budget. */
  budget: BudgetUse | undefined;
  /** Requests an hour it may make; null: there is no limit. */
  perHour: number | null;
}

/** A key with everything that is known of it but the key itself. */
export class KeyDetailsDto {
  id!: string;
  key_name!: string;
  /** Its first 12 characters; of a secret that was brought in, at most a quarter. */
  api_key_prefix!: string;
  /** Whether it works: it is neither revoked nor expired, and its owner is not switched off. */
  is_active!: boolean;
  /** Up to ten seconds late. */
  last_used_at!: Date | null;
  expires_at!: Date | null;
  created_at!: Date;
  /** What made the last recorded call with it: the client's own name, or its User-Agent. Up to ten seconds late. */
  last_client!: string | null;
  permissions!: Scope[];
  /** Null: everything its permissions allow. */
  allowed_tools!: string[] | null;
  /** Its own limit; null: what keys of its owner have. */
  rate_limit_per_hour!: number | null;
  /** Requests an hour it may make: by its own limit, its owner's tier or the gateway's; null: there is no limit. */
  effective_rate_limit!: number | null;
  /** Credits that its calls may charge in a period; null: as much as the account has. */
  credit_budget!: number | null;
  /** When its budget begins anew, in UTC; null: it has none. */
  budget_period!: BudgetPeriod | null;
  /** Credits of its budget that are charged in this period; null: it has none. */
  budget_used!: number | null;
  /** When its budget begins anew; null: never, or it has none. */
  budget_resets_at!: Date | null;
  /** The key that rotation made of this one. */
  replaced_by!: string | null;
  revoked_at!: Date | null;
  /** The user who revoked it; null for a key that was not revoked, or by nobody in person. */
  revoked_by!: string | null;
  revoke_reason!: string | null;

  static of(key: ApiKey, { isActive, perHour, budget }: KeyNow): KeyDetailsDto {
    return {
      id: key.id,
      key_name: key.name,
      api_key_prefix: key.prefix,
      is_active: isActive,
      last_used_at: key.lastUsedAt,
      expires_at: key.expiresAt,
      created_at: key.createdAt,
      last_client: key.lastClient,
      permissions: key.scopes,
      allowed_tools: key.allowedTools,
      rate_limit_per_hour: key.rateLimitPerHour,
      effective_rate_limit: perHour,
      credit_budget: key.creditBudget,
      budget_period: key.budgetPeriod,
      budget_used: budget?.used ?? null,
      budget_resets_at: budget?.resetsAt ?? null,
      replaced_by: key.replacedBy,
      revoked_at: key.revokedAt,
      revoked_by: key.revokedBy,
      revoke_reason: key.revokeReason,
    };
  }
}

/** One of one's own keys, with what is left of its limit. */
export class OwnKeyDto extends KeyDetailsDto {
  /** Requests it may still make, by its own limit or that of all its user's keys together; null: there is no limit. */
  remaining_this_hour!: number | null;

  static with(key: ApiKey, now: KeyNow, { ofKey, ofAllKeys }: KeyLimits<RateLimitRest>): OwnKeyDto {
    const rests = [ofKey, ofAllKeys].flatMap((rest) => (rest ? [rest.remaining] : []));
    return { ...KeyDetailsDto.of(key, now), remaining_this_hour: rests.length === 0 ? null : Math.min(...rests) };
  }
}

/** Filters of the list of one's own keys. Without pages, the newest 1 000. */
export class ListKeysQuery {
  /** Include revoked and expired keys. */
  @IsBoolean()
  @IsOptional()
  include_inactive: boolean = false;

  /** Part of a key's name or beginning, case-insensitive. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  search?: string;

  /** From 1. */
  @Max(1_000_000)
  @Min(1)
  @IsInt()
  @IsOptional()
  page: number = 1;

  /** Keys on a page, 1 to 1000. */
  @Max(LISTED_MAX)
  @Min(1)
  @IsInt()
  @IsOptional()
  page_size: number = LISTED_MAX;
}

/** A page of a user's keys, newest first. */
export class KeyListDto {
  keys!: KeyDetailsDto[];
  /** Number of keys on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
