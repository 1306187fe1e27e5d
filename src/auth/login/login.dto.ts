import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';

/** What no e-mail and no user name exceeds. */
const LOGIN_MAX = 254;
/** What no password exceeds. */
const PASSWORD_MAX = 256;

export class LoginDto {
  /** E-mail; a user name works too. */
  @MaxLength(LOGIN_MAX)
  @MinLength(1)
  @IsString()
  email!: string;

  @MaxLength(PASSWORD_MAX)
  @IsString()
  password!: string;
}

/** The password form of OAuth 2; its other fields are accepted and mean nothing here. */
export class LoginFormDto {
  /** User name or e-mail. */
  @MaxLength(LOGIN_MAX)
  @MinLength(1)
  @IsString()
  username!: string;

  @MaxLength(PASSWORD_MAX)
  @IsString()
  password!: string;

  /** Ignored. */
  @IsString()
  @IsOptional()
  grant_type?: string;

  /** Ignored. */
  @IsString()
  @IsOptional()
  scope?: string;

  /** Ignored. */
  @IsString()
  @IsOptional()
  client_id?: string;

  /** Ignored. */
  @IsString()
  @IsOptional()
  client_secret?: string;
}

/** A login token. */
export class AccessTokenDto {
  /** A JWT, for `Authorization: Bearer`. */
  access_token!: string;
  token_type!: 'bearer';
  /** Seconds until it expires. */
  expires_in!: number;
}
