import { IsBoolean, IsEmail, IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import type { Role } from '../access/scopes.js';
import type { User } from './user.entity.js';
import { USERNAME } from './username.js';

/** Hosts without a dot, as in `admin@localhost` or on an intranet, are accepted. */
const EMAIL = { require_tld: false };
const USERNAME_WORDS = {
  message: 'username must have at most 64 characters: letters, digits, ".", "_" and "-", a letter or digit first',
};

/** A user who registers. */
export class RegisterDto {
  @MaxLength(254)
  @IsEmail(EMAIL)
  email!: string;

  /** 8 to 256 characters. */
  @Length(8, 256)
  @IsString()
  password!: string;

  /** Default: derived from the e-mail. */
  @Matches(USERNAME, USERNAME_WORDS)
  @IsString()
  @IsOptional()
  username?: string;
}

/** A user created by an admin. */
export class CreateUserDto {
  @Matches(USERNAME, USERNAME_WORDS)
  @IsString()
  username!: string;

  @MaxLength(254)
  @IsEmail(EMAIL)
  email!: string;

  /** 8 to 256 characters. */
  @Length(8, 256)
  @IsString()
  password!: string;

  /** Whether the user is an admin. */
  @IsBoolean()
  @IsOptional()
  is_superuser?: boolean;
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

/** A page of users. */
export class UserListDto {
  users!: UserDto[];
  /** Number of users on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
