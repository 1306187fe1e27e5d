import { applyDecorators } from '@nestjs/common';
import { IsBoolean, IsEmail, IsIn, IsOptional, IsString, IsUUID, Length, Matches, MaxLength } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { PRINTABLE, Trimmed } from '../../rest/dto-fields.js';
import { PageQuery } from '../../rest/page.dto.js';
import { ROLES, type Role } from '../access/scopes.js';
import type { User } from './user.entity.js';
import { IsPassword } from '../password/password.js';
import { USERNAME } from './username.js';
import { isInvited, USER_ORDERS, type UserOrder } from './users.repository.js';

/** Hosts without a dot, as in `admin@localhost` or on an intranet, are accepted. */
export const EMAIL = { require_tld: false };
const USERNAME_WORDS = {
  message: 'username must have at most 64 characters: letters, digits, ".", "_" and "-", a letter or digit first',
};

/** What a person is called. */
export const IsDisplayName = () =>
  applyDecorators(
    Matches(PRINTABLE, { message: 'display_name must not contain control characters' }),
    Length(1, 200),
    IsString(),
    Trimmed(),
  );

/** A user who registers. */
@BodyExample<RegisterDto>({ email: 'ada@example.com', username: 'ada', password: 'replace this password' })
export class RegisterDto {
  @MaxLength(254)
  @IsEmail(EMAIL)
  email!: string;

  /** 8 to 256 characters. */
  @IsPassword()
  password!: string;

  /** Default: derived from the e-mail. */
  @Matches(USERNAME, USERNAME_WORDS)
  @IsString()
  @IsOptional()
  username?: string;
}

/** A user created by an admin. */
@BodyExample<CreateUserDto>({ username: 'ada', email: 'ada@example.com', password: 'replace this password' })
export class CreateUserDto {
  @Matches(USERNAME, USERNAME_WORDS)
  @IsString()
  username!: string;

  @MaxLength(254)
  @IsEmail(EMAIL)
  email!: string;

  /** 8 to 256 characters. */
  @IsPassword()
  password!: string;

  /** Whether the user is an admin. */
  @IsBoolean()
  @IsOptional()
  is_superuser?: boolean;
}

/** The user in the path. */
export class UserParams {
  @IsUUID()
  id!: string;
}

/** Filters of the list of users. */
export class UsersQuery extends PageQuery {
  /** Part of the e-mail or the user name, case-insensitive. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  search?: string;

  /** Only the user whose e-mail or user name this is, case-insensitive. */
  @Length(1, 254)
  @IsString()
  @IsOptional()
  login?: string;

  @IsIn(ROLES)
  @IsOptional()
  role?: Role;

  /** Only users who may log in, or only those who may not. */
  @IsBoolean()
  @IsOptional()
  is_active?: boolean;

  @IsIn(Object.keys(USER_ORDERS))
  @IsOptional()
  sort_by: UserOrder = 'created_at';

  @IsIn(['asc', 'desc'])
  @IsOptional()
  sort_order: 'asc' | 'desc' = 'desc';
}

/** What changes of a user; what is left out stays. */
@BodyExample<EditUserDto>({ display_name: 'Ada Lovelace' })
export class EditUserDto {
  @IsIn(ROLES)
  @IsOptional()
  role?: Role;

  /** False: no login and no key of the user is accepted until it is true again. */
  @IsBoolean()
  @IsOptional()
  is_active?: boolean;

  /** 1 to 200 characters. */
  @IsDisplayName()
  @IsOptional()
  display_name?: string;
}

/** What a user changes of themselves; what is left out stays. */
@BodyExample<EditMeDto>({ display_name: 'Ada Lovelace' })
export class EditMeDto {
  /** 1 to 200 characters. */
  @IsDisplayName()
  @IsOptional()
  display_name?: string;
}

/** A password for a user. */
@BodyExample<SetPasswordDto>({ password: 'replace this password' })
export class SetPasswordDto {
  /** 8 to 256 characters. */
  @IsPassword()
  password!: string;
}

/** A link by which a user sets a password, once. */
export class PasswordLinkDto {
  /** For the user only: whoever has it can set the password. Shown only in this answer. */
  link!: string;
  /** A day from now. */
  expires_at!: Date;
}

/** A user, without secrets. */
export class UserDto {
  id!: string;
  username!: string;
  email!: string;
  display_name!: string | null;
  role!: Role;
  is_active!: boolean;
  created_at!: Date;

  static of(user: User): UserDto {
    return {
      id: user.id,
      username: user.username,
      email: user.email,
      display_name: user.displayName,
      role: user.role,
      is_active: user.isActive,
      created_at: user.createdAt,
    };
  }
}

/** What an operator sees of a user. */
export class AdminUserDto extends UserDto {
  /** The account their calls are charged to; null for none. */
  account_id!: number | null;
  /** Keys that work; null while it cannot be told. */
  keys_count!: number | null;
  /** By a password, or a token that began a session of the portal; null for never. */
  last_login_at!: Date | null;
  /** When they were invited, the last time; null for who was not, and for who has come since. */
  invited_at!: Date | null;
  /** Calls in the last 30 days; null while it cannot be told. */
  calls_30d!: number | null;

  static ofUser(user: User, facts: Pick<AdminUserDto, 'account_id' | 'keys_count' | 'calls_30d'>): AdminUserDto {
    const invited_at = isInvited(user) ? user.invitedAt : null;
    return { ...UserDto.of(user), last_login_at: user.lastLoginAt, invited_at, ...facts };
  }
}

/** A page of users. */
export class UserListDto {
  users!: AdminUserDto[];
  /** Number of users on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
