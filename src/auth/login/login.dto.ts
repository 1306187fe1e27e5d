import { IsOptional, IsString, Length, MaxLength, MinLength } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { IsPassword } from '../password/password.js';
import { PASSWORD_MAX } from '../../config/sections/bounds.js';

/** No e-mail and no user name is longer. */
export const LOGIN_MAX = 254;

@BodyExample<LoginDto>({ email: 'ada@example.com', password: 'your password' })
export class LoginDto {
  /** E-mail or user name. */
  @MaxLength(LOGIN_MAX)
  @MinLength(1)
  @IsString()
  email!: string;

  @MaxLength(PASSWORD_MAX)
  @IsString()
  password!: string;
}

/** The password form of OAuth 2. Its other fields are accepted and ignored. */
@BodyExample<LoginFormDto>({ username: 'ada@example.com', password: 'your password' })
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

/** The user's own password, changed. */
@BodyExample<ChangePasswordDto>({ current_password: 'your password', new_password: 'replace this password' })
export class ChangePasswordDto {
  @MaxLength(PASSWORD_MAX)
  @IsString()
  current_password!: string;

  /** 8 to 256 characters. */
  @IsPassword()
  new_password!: string;
}

/** A link by which a password is set. */
@BodyExample<LinkTokenDto>({ token: 'x'.repeat(43) })
export class LinkTokenDto {
  /** What stands behind `#` in the link. */
  @Length(43, 43, { message: 'token must be what stands behind # in the link' })
  @IsString()
  token!: string;
}

/** For whom a link is. */
export class LinkOwnerDto {
  email!: string;
  display_name!: string | null;
  /** Whether they are invited and have not been here before. */
  is_invited!: boolean;
}

/** A password, set by a link. */
@BodyExample<UsePasswordLinkDto>({ token: 'x'.repeat(43), new_password: 'replace this password' })
export class UsePasswordLinkDto extends LinkTokenDto {
  /** 8 to 256 characters. */
  @IsPassword()
  new_password!: string;
}

/** A login token. */
export class AccessTokenDto {
  /** A JWT, for `Authorization: Bearer`. */
  access_token!: string;
  token_type!: 'bearer';
  /** Seconds until it expires. */
  expires_in!: number;
}
