import { applyDecorators, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { SessionAdmission } from './session-admission.service.js';

/** Admits requests of the portal's own pages: another page must not sign its victim in to an account of its own, nor out. */
@Injectable()
export class OwnPageGuard implements CanActivate {
  constructor(
    private readonly admission: SessionAdmission,
    private readonly config: AppConfig,
  ) {}

  /** @throws NOT_FOUND where there is no portal; CSRF_REFUSED */
  canActivate(context: ExecutionContext): boolean {
    if (!this.config.values.portal.enabled)
      throw new TallygateError('NOT_FOUND', 'This gateway has no portal (portal.enabled: false).');
    this.admission.demandOwnPage(context.switchToHttp().getRequest<Request>());
    return true;
  }
}

/** For pages of the portal alone, signed in or not. */
export const FromOwnPage = () => applyDecorators(UseGuards(OwnPageGuard));
