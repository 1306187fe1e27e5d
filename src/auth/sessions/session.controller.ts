import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiForbiddenResponse,
  ApiNotFoundResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { Authenticated } from '../access/authenticated.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../access/current-principal.decorator.js';
import { originOf, principalOf, type Principal } from '../access/principal.js';
import { Unlimited } from '../access/rate-limit.guard.js';
import { UserDto } from '../users/user.dto.js';
import { UsersService } from '../users/users.service.js';
import { confirmedUntil } from './confirmation.js';
import { FromOwnPage } from './own-page.guard.js';
import { clearSessionCookie, sessionTokenOf, setSessionCookie } from './session-cookie.js';
import {
  ConfirmDto,
  ConfirmedDto,
  ListedSessionDto,
  SessionDto,
  SessionListDto,
  SessionParams,
  SignInDto,
} from './session.dto.js';
import { browserOf, SessionsService } from './sessions.service.js';

const WRONG = { description: 'Invalid credentials', type: ErrorDto };
const TOO_MANY = { description: 'Too many failed logins', type: ErrorDto };
const NO_PORTAL = { description: 'This gateway has no portal', type: ErrorDto };
const OTHER_PAGE = { description: 'The request comes from a page of another origin', type: ErrorDto };

/** Sessions of the portal: sign-in with a cookie that no script can read. */
@ApiTags('Authentication')
@Controller('api/auth')
export class SessionController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly config: AppConfig,
  ) {}

  /** Signs a browser in: the answer sets a cookie, which pages of the gateway's own address are admitted by. */
  @Post('session')
  @HttpCode(200)
  @FromOwnPage()
  @Header('Cache-Control', 'no-store')
  @ApiUnauthorizedResponse(WRONG)
  @ApiForbiddenResponse(OTHER_PAGE)
  @ApiNotFoundResponse(NO_PORTAL)
  @ApiTooManyRequestsResponse(TOO_MANY)
  async signIn(
    @Body() { email, password, token }: SignInDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionDto> {
    const browser = browserOf(request);
    if (token === undefined && (email === undefined || password === undefined))
      throw new TallygateError('INVALID_INPUT', 'Give an email and a password, or a token.');
    const begun =
      token === undefined
        ? await this.sessions.signIn(email!, password!, browser)
        : await this.sessions.signInWithToken(token, browser);
    const { session, user } = begun;
    setSessionCookie(response, begun.token, session.expiresAt);
    const who = principalOf({ id: user.id, role: session.role });
    return this.answer(UserDto.of(user), { ...who, session: { id: session.id, expiresAt: session.expiresAt } });
  }

  /** Who is signed in with the cookie. Counts as a use of the session. */
  @Get('session')
  @Header('Cache-Control', 'no-store')
  @Authenticated()
  async get(@CurrentPrincipal() who: Principal): Promise<SessionDto> {
    if (!who.session && !who.isAnonymous) throw noSession();
    const user = await this.users.findById(who.userId);
    if (!user) throw noSession();
    return this.answer(UserDto.of(user), who);
  }

  /** Signs the browser out: the session is refused from now on, on every replica, and the cookie is cleared. */
  @Delete('session')
  @HttpCode(204)
  @FromOwnPage()
  @ApiForbiddenResponse(OTHER_PAGE)
  @ApiNotFoundResponse(NO_PORTAL)
  async signOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const token = sessionTokenOf(request);
    if (token !== undefined) await this.sessions.signOut(token, originOf(request));
    clearSessionCookie(response);
  }

  /** Confirms that it is still you, for what a browser that was left open must not do. Counts for 15 minutes. */
  @Post('session/confirm')
  @HttpCode(200)
  @Unlimited()
  @Header('Cache-Control', 'no-store')
  @Authenticated()
  @ApiTooManyRequestsResponse(TOO_MANY)
  async confirm(
    @CurrentPrincipal() who: Principal,
    @Body() { password, token }: ConfirmDto,
    @Req() request: Request,
  ): Promise<ConfirmedDto> {
    if (!who.session) throw noSession();
    if (password === undefined && token === undefined)
      throw new TallygateError('INVALID_INPUT', 'Give your password, or a token.');
    const at = await this.sessions.confirm(who, password === undefined ? { token: token! } : { password }, originOf(request));
    return { confirmed_until: confirmedUntil(at.getTime())! };
  }

  /** The caller's sessions, the one used last first. */
  @Get('sessions')
  @Authenticated()
  async list(@CurrentPrincipal() who: Principal): Promise<SessionListDto> {
    const sessions = await this.sessions.list(who);
    return { sessions: sessions.map((session) => ListedSessionDto.of(session, who.session?.id)) };
  }

  /** Ends one of the caller's sessions, on every replica. */
  @Delete('sessions/:id')
  @HttpCode(204)
  @Unlimited()
  @Authenticated()
  @ApiNotFoundResponse({ description: 'No such session of yours', type: ErrorDto })
  async end(@CurrentActor() who: Principal, @Param() { id }: SessionParams): Promise<void> {
    await this.sessions.end(who, id);
  }

  private answer(user: UserDto, { scopes, session }: Principal): SessionDto {
    const { auth, portal } = this.config.values;
    return {
      user,
      scopes: [...scopes],
      expires_at: session?.expiresAt ?? null,
      idle_seconds: session ? portal.session_idle_minutes * 60 : null,
      confirmed_until: confirmedUntil(session?.confirmedAt) ?? null,
      auth_enabled: auth.enabled,
    };
  }
}

const noSession = () => new TallygateError('UNAUTHORIZED', 'There is no session. Sign in at POST /api/auth/session.');
