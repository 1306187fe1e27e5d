import { Body, Controller, Header, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AppConfig } from '../../config/app-config.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { gatewayUrl } from '../../rest/gateway-url.js';
import { Authenticated } from '../access/authenticated.decorator.js';
import { CurrentActor } from '../access/current-principal.decorator.js';
import type { Principal } from '../access/principal.js';
import { actorOf } from '../audit/audit-entry.js';
import { passwordLinkAt, type PasswordLink } from '../password/password-links.service.js';
import { Confirmed } from '../sessions/confirmation.js';
import { UserFacts } from '../users/user-facts.service.js';
import { UserParams } from '../users/user.dto.js';
import type { User } from '../users/user.entity.js';
import { InvitationDto, InviteDto } from './invitation.dto.js';
import { Invitations } from './invitations.service.js';

/** Invitations of users, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/users')
export class InvitationsController {
  constructor(
    private readonly invitations: Invitations,
    private readonly facts: UserFacts,
    private readonly config: AppConfig,
  ) {}

  /** Invites somebody: makes a user without a password, and a link by which they set one, once, within a day. Mailed where there is mail. */
  @Post('invite')
  @Confirmed()
  @Header('Cache-Control', 'no-store')
  @ApiConflictResponse({ description: 'There is a user with this e-mail', type: ErrorDto })
  async invite(
    @CurrentActor() who: Principal,
    @Body() { email, role = 'user', display_name }: InviteDto,
    @Req() request: Request,
  ): Promise<InvitationDto> {
    return this.answer(await this.invitations.invite(actorOf(who), { email, role, displayName: display_name ?? null }), request);
  }

  /** Invites somebody again who has not come yet: a new link; the old one ends. */
  @Post(':id/invite')
  @HttpCode(200)
  @Confirmed()
  @Header('Cache-Control', 'no-store')
  @ApiNotFoundResponse({ description: 'No such user', type: ErrorDto })
  @ApiConflictResponse({ description: 'They were not invited, have come, or are switched off', type: ErrorDto })
  async inviteAgain(
    @CurrentActor() who: Principal,
    @Param() { id }: UserParams,
    @Req() request: Request,
  ): Promise<InvitationDto> {
    return this.answer(await this.invitations.again(actorOf(who), id), request);
  }

  private async answer({ user, link }: { user: User; link: PasswordLink }, request: Request): Promise<InvitationDto> {
    const letter = { link: passwordLinkAt(gatewayUrl(request, this.config.values), link), expiresAt: link.expiresAt };
    const is_mailed = await this.invitations.send({ email: user.email, ...letter });
    const [shown] = await this.facts.of([user]);
    return { user: shown!, link: letter.link, expires_at: letter.expiresAt, is_mailed };
  }
}
