import { IsOptional, IsString, IsUUID, MaxLength, MinLength } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import type { Scope } from '../access/scopes.js';
import { LOGIN_MAX } from '../login/login.dto.js';
import { UserDto } from '../users/user.dto.js';
import type { AuthMethod, Session } from './sessions.repository.js';
import { PASSWORD_MAX } from '../../config/sections/bounds.js';

/** No token of a backend is longer: headers are not either. */
const TOKEN_MAX = 8_192;

/** Who signs in: `email` and `password`, or a `token` of the operator's own backend where those are trusted. */
@BodyExample<SignInDto>({ email: 'ada@example.com', password: 'your password' })
export class SignInDto {
  /** E-mail or user name. */
  @MaxLength(LOGIN_MAX)
  @MinLength(1)
  @IsString()
  @IsOptional()
  email?: string;

  @MaxLength(PASSWORD_MAX)
  @IsString()
  @IsOptional()
  password?: string;

  /** A login token of your own backend (`auth.trust_external_tokens`). */
  @MaxLength(TOKEN_MAX)
  @MinLength(1)
  @IsString()
  @IsOptional()
  token?: string;
}

/** That it is still you: the `password`, or a fresh `token` of the operator's own backend. */
@BodyExample<ConfirmDto>({ password: 'your password' })
export class ConfirmDto {
  @MaxLength(PASSWORD_MAX)
  @IsString()
  @IsOptional()
  password?: string;

  @MaxLength(TOKEN_MAX)
  @MinLength(1)
  @IsString()
  @IsOptional()
  token?: string;
}

/** Who is signed in, and for how long. */
export class SessionDto {
  user!: UserDto;
  scopes!: Scope[];
  /** Null without authentication: then everybody is the admin, and nobody signs in. */
  expires_at!: Date | null;
  /** The session ends after this long without a request. */
  idle_seconds!: number | null;
  /** Until when the password counts as confirmed, for what needs it; null: it has to be confirmed. */
  confirmed_until!: Date | null;
  auth_enabled!: boolean;
}

/** Until when it counts. */
export class ConfirmedDto {
  confirmed_until!: Date;
}

/** The session in the path. */
export class SessionParams {
  @IsUUID()
  id!: string;
}

/** A session, for its user to know it again. */
export class ListedSessionDto {
  id!: string;
  created_at!: Date;
  /** To within five minutes. */
  last_seen_at!: Date;
  expires_at!: Date;
  ip!: string | null;
  user_agent!: string | null;
  auth_method!: AuthMethod;
  /** Whether this is the session of the request. */
  is_current!: boolean;

  static of(session: Session, current: string | undefined): ListedSessionDto {
    return {
      id: session.id,
      created_at: session.createdAt,
      last_seen_at: session.lastSeenAt,
      expires_at: session.expiresAt,
      ip: session.ip,
      user_agent: session.userAgent,
      auth_method: session.authMethod,
      is_current: session.id === current,
    };
  }
}

/** The caller's sessions, at most 50. */
export class SessionListDto {
  sessions!: ListedSessionDto[];
}
