import { Body, Controller, Get, Header, HttpCode, Patch, Post, Put, Req, Res, UseGuards } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConsumes,
  ApiForbiddenResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ErrorDto } from '../../rest/error.dto.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AuthService } from './auth.service.js';
import { Authenticated } from '../access/authenticated.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../access/current-principal.decorator.js';
import { Unlimited } from '../access/rate-limit.guard.js';
import {
  AccessTokenDto,
  ChangePasswordDto,
  LinkOwnerDto,
  LinkTokenDto,
  LoginDto,
  LoginFormDto,
  UsePasswordLinkDto,
} from './login.dto.js';
import { actorOf } from '../audit/audit-entry.js';
import { loginTokenOf } from './login-token.js';
import { PasswordLinks } from '../password/password-links.service.js';
import { originOf, type Principal } from '../access/principal.js';
import { PerAddress } from '../access/address-limit.guard.js';
import { RegistrationGuard } from './registration.guard.js';
import { CreateUserDto, EditMeDto, RegisterDto, UserDto } from '../users/user.dto.js';
import { setSessionCookie } from '../sessions/session-cookie.js';
import { Confirmation } from '../sessions/confirmation.js';
import { browserOf, SessionsService } from '../sessions/sessions.service.js';
import { UserChanges } from '../users/user-changes.service.js';
import { UsersService } from '../users/users.service.js';

/** Login, registration and users. */
@ApiTags('Authentication')
@Controller()
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly links: PasswordLinks,
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly changes: UserChanges,
    private readonly confirmation: Confirmation,
  ) {}

  /** Logs in with an e-mail or user name and a password. */
  @Post('api/auth/login')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiUnauthorizedResponse({ description: 'Invalid credentials', type: ErrorDto })
  @ApiTooManyRequestsResponse({ description: 'Too many failed logins', type: ErrorDto })
  login(@Body() { email, password }: LoginDto, @Req() request: Request): Promise<AccessTokenDto> {
    return this.auth.login({ login: email, password, from: originOf(request) });
  }

  /** Logs in with a form: a user name or an e-mail, and a password. */
  @Post('auth/login')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiUnauthorizedResponse({ description: 'Invalid credentials', type: ErrorDto })
  @ApiTooManyRequestsResponse({ description: 'Too many failed logins', type: ErrorDto })
  loginWithForm(@Body() { username, password }: LoginFormDto, @Req() request: Request): Promise<AccessTokenDto> {
    return this.auth.login({ login: username, password, from: originOf(request) });
  }

  /** Registers a new user, where registration is open. */
  @Post('api/auth/register')
  @PerAddress('registrations', 20)
  @UseGuards(RegistrationGuard)
  @ApiBadRequestResponse({ description: 'E-mail or user name taken', type: ErrorDto })
  @ApiForbiddenResponse({ description: 'Registration is closed', type: ErrorDto })
  async register(@Body() user: RegisterDto): Promise<UserDto> {
    return UserDto.of(await this.users.create(user));
  }

  /** Changes the caller's password. Their other logins and sessions end; this answer has the token, or the cookie, to go on with. */
  @Put('api/auth/password')
  @Unlimited()
  @Header('Cache-Control', 'no-store')
  @Authenticated()
  @ApiBadRequestResponse({ description: 'The new password is the current one', type: ErrorDto })
  @ApiTooManyRequestsResponse({ description: 'Too many wrong passwords', type: ErrorDto })
  async changePassword(
    @CurrentActor() who: Principal,
    @Body() { current_password, new_password }: ChangePasswordDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AccessTokenDto> {
    const token = await this.auth.changePassword(who, { current: current_password, next: new_password, from: originOf(request) });
    if (who.session) {
      const begun = await this.sessions.beginAnew(who, browserOf(request));
      setSessionCookie(response, begun.token, begun.session.expiresAt);
    }
    return token;
  }

  /** Sets the password of the user whom an admin gave a link. Their logins end. */
  @Post('api/auth/password-link')
  @HttpCode(204)
  @PerAddress('attempts with password links', 60)
  @ApiBadRequestResponse({ description: 'The link was used, was replaced, or is too old', type: ErrorDto })
  usePasswordLink(@Body() { token, new_password }: UsePasswordLinkDto): Promise<void> {
    return this.links.use(token, new_password);
  }

  /** For whom a password link is, so that its page can greet them; the link stays good. */
  @Post('api/auth/password-link/owner')
  @HttpCode(200)
  @PerAddress('looks at password links', 60)
  @Header('Cache-Control', 'no-store')
  @ApiBadRequestResponse({ description: 'The link was used, was replaced, or is too old', type: ErrorDto })
  async passwordLinkOwner(@Body() { token }: LinkTokenDto): Promise<LinkOwnerDto> {
    const { email, displayName, isInvited } = await this.links.whose(token);
    return { email, display_name: displayName, is_invited: isInvited };
  }

  /** Logs out: this login token, or session of the portal, is refused from now on. Others of the user, and their API keys, go on. */
  @Post('api/auth/logout')
  @HttpCode(204)
  @Unlimited()
  @Authenticated()
  async logOut(@CurrentActor() who: Principal, @Req() { headers }: Request): Promise<void> {
    if (who.session) await this.sessions.end(who, who.session.id);
    else if (headers.authorization !== undefined) await this.auth.logOut(who, loginTokenOf(headers));
  }

  /** The logged-in user. */
  @Get('api/auth/me')
  @Authenticated()
  async me(@CurrentPrincipal() { userId }: Principal): Promise<UserDto> {
    const user = await this.users.findById(userId);
    if (!user) throw new TallygateError('UNAUTHORIZED', 'Invalid token');
    return UserDto.of(user);
  }

  /** Changes what the logged-in user is called. */
  @Patch('api/auth/me')
  @Authenticated()
  async editMe(@CurrentActor() who: Principal, @Body() { display_name }: EditMeDto): Promise<UserDto> {
    return UserDto.of(await this.changes.edit(actorOf(who), who.userId, { displayName: display_name }));
  }

  /** Creates a user. Admins only. */
  @Post('auth/users')
  @Authenticated('admin')
  @ApiBadRequestResponse({ description: 'E-mail or user name taken', type: ErrorDto })
  async createUser(@CurrentActor() who: Principal, @Body() { is_superuser, ...user }: CreateUserDto): Promise<UserDto> {
    if (is_superuser) this.confirmation.demand(who);
    return UserDto.of(await this.users.create({ ...user, role: is_superuser ? 'admin' : 'user' }, actorOf(who)));
  }
}
