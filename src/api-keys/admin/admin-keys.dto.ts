import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUUID, Length, Matches, Max, Min } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { SCOPES, type Scope } from '../../auth/access/scopes.js';
import { PRINTABLE, Trimmed } from '../../rest/dto-fields.js';
import { PageQuery } from '../../rest/page.dto.js';
import { KeyDetailsDto, type KeyNow } from '../keys/key-details.dto.js';
import type { OwnedKey } from '../keys/keys-of-user.repository.js';

/** Filters of the list of all keys. */
export class KeysQuery extends PageQuery {
  /** Part of a key's name or beginning, or of its owner's e-mail, case-insensitive. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  search?: string;

  /** Only keys of this user. */
  @IsUUID()
  @IsOptional()
  user_id?: string;

  /** Only keys that work, or only those that do not. */
  @IsBoolean()
  @IsOptional()
  is_active?: boolean;

  /** Only keys that were given this permission. */
  @IsIn(SCOPES)
  @IsOptional()
  scope?: Scope;

  /** Only keys that were neither made nor used for so many days. */
  @Max(3_650)
  @Min(1)
  @IsInt()
  @IsOptional()
  unused_days?: number;
}

/** Why a key ends. */
@BodyExample<EndKeyDto>({ reason: 'It was in a public repository' })
export class EndKeyDto {
  /** For whoever looks at the key later; 1 to 500 characters. */
  @Matches(PRINTABLE, { message: 'reason must not contain control characters' })
  @Length(1, 500)
  @IsString()
  @Trimmed()
  reason!: string;
}

/** A key and its owner, for operators. */
export class AdminKeyDto extends KeyDetailsDto {
  user_id!: string;
  user_email!: string;

  static ofUser(key: OwnedKey, now: KeyNow): AdminKeyDto {
    return { ...KeyDetailsDto.of(key, now), user_id: key.userId, user_email: key.email };
  }
}

/** A page of all keys. */
export class AdminKeyListDto {
  keys!: AdminKeyDto[];
  /** Number of keys on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
