import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Put, Query, Req } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { gatewayUrl } from '../../rest/gateway-url.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { Authenticated } from '../access/authenticated.decorator.js';
import { CurrentActor } from '../access/current-principal.decorator.js';
import type { Principal } from '../access/principal.js';
import { Unlimited } from '../access/rate-limit.guard.js';
import { actorOf } from '../audit/audit-entry.js';
import { passwordLinkAt, PasswordLinks } from '../password/password-links.service.js';
import { Confirmation, Confirmed } from '../sessions/confirmation.js';
import { UserChanges } from './user-changes.service.js';
import type { User } from './user.entity.js';
import { UserDeletion } from './user-deletion.service.js';
import { UserFacts } from './user-facts.service.js';
import { AdminUserDto, EditUserDto, PasswordLinkDto, SetPasswordDto, UserListDto, UserParams, UsersQuery } from './user.dto.js';
import { UsersService } from './users.service.js';

const NO_USER = { description: 'No such user', type: ErrorDto };
const LAST_ADMIN = { description: 'It would leave no active admin', type: ErrorDto };

/** Users, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/users')
export class AdminUsersController {
  constructor(
    private readonly users: UsersService,
    private readonly changes: UserChanges,
    private readonly facts: UserFacts,
    private readonly deletion: UserDeletion,
    private readonly links: PasswordLinks,
    private readonly confirmation: Confirmation,
    private readonly config: AppConfig,
  ) {}

  /** Lists users, newest first unless it is sorted, filtered by name, e-mail, role or activity. */
  @Get()
  async list(@Query() query: UsersQuery): Promise<UserListDto> {
    const { page, page_size, search, login, role, is_active, sort_by, sort_order } = query;
    const found = { search, login, role, isActive: is_active, sort: { by: sort_by, isDescending: sort_order === 'desc' } };
    const { users, total } = await this.users.list({ ...found, limit: page_size, offset: (page - 1) * page_size });
    return { users: await this.facts.of(users), total, page, page_size };
  }

  /** A user. */
  @Get(':id')
  @ApiNotFoundResponse(NO_USER)
  async get(@Param() { id }: UserParams): Promise<AdminUserDto> {
    const user = await this.users.findById(id);
    if (!user || user.deletedAt) throw new TallygateError('NOT_FOUND', 'There is no such user.');
    return this.answer(user);
  }

  /** Changes a user's role, display name, or whether they may log in and call; their keys end or come back with that. */
  @Patch(':id')
  @ApiNotFoundResponse(NO_USER)
  @ApiConflictResponse(LAST_ADMIN)
  async edit(@CurrentActor() who: Principal, @Param() { id }: UserParams, @Body() body: EditUserDto): Promise<AdminUserDto> {
    const { role, is_active: isActive, display_name: displayName } = body;
    if (role !== undefined) this.confirmation.demand(who);
    return this.answer(await this.changes.edit(actorOf(who), id, { role, isActive, displayName }));
  }

  /** Sets a user's password. Their logins end; their API keys go on. */
  @Put(':id/password')
  @HttpCode(204)
  @Confirmed()
  @ApiNotFoundResponse(NO_USER)
  async setPassword(
    @CurrentActor() who: Principal,
    @Param() { id }: UserParams,
    @Body() { password }: SetPasswordDto,
  ): Promise<void> {
    await this.changes.setPassword(actorOf(who), id, password);
  }

  /** Makes a link by which a user sets a password of their own, once, within a day. An earlier link of theirs ends. */
  @Post(':id/password-link')
  @HttpCode(200)
  @Confirmed()
  @Header('Cache-Control', 'no-store')
  @ApiNotFoundResponse(NO_USER)
  async makePasswordLink(
    @CurrentActor() who: Principal,
    @Param() { id }: UserParams,
    @Req() request: Request,
  ): Promise<PasswordLinkDto> {
    const link = await this.links.make(actorOf(who), id);
    return { link: passwordLinkAt(gatewayUrl(request, this.config.values), link), expires_at: link.expiresAt };
  }

  /** Signs a user out everywhere: their logins, sessions and password link end, their API keys go on. */
  @Delete(':id/sessions')
  @HttpCode(204)
  @Unlimited()
  @ApiNotFoundResponse(NO_USER)
  async endSessions(@CurrentActor() who: Principal, @Param() { id }: UserParams): Promise<void> {
    await this.changes.endLogins(actorOf(who), id);
  }

  /** Deletes a user: logins and API keys end, the e-mail is free again, the books stay. */
  @Delete(':id')
  @HttpCode(204)
  @Confirmed()
  @ApiNotFoundResponse(NO_USER)
  @ApiConflictResponse(LAST_ADMIN)
  async delete(@CurrentActor() who: Principal, @Param() { id }: UserParams): Promise<void> {
    await this.deletion.delete(actorOf(who), id);
  }

  private async answer(user: User): Promise<AdminUserDto> {
    const [answer] = await this.facts.of([user]);
    return answer!;
  }
}
