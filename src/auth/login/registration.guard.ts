import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { addressGroup } from '../../common/address-group.js';
import { RateLimitService } from '../../limits/rate-limit.service.js';

/** A registration costs a slow hash and a row, and anyone may try. */
const REGISTRATIONS_PER_ADDRESS_AND_HOUR = 20;

/**
 * Admits registrations where they are open. Runs before validation, so that closed registration answers 403 to any
 * body.
 */
@Injectable()
export class RegistrationGuard implements CanActivate {
  constructor(
    private readonly config: AppConfig,
    private readonly limits: RateLimitService,
  ) {}

  /** @throws REGISTRATION_CLOSED, RATE_LIMITED */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.config.values.registration === 'closed') {
      throw new TallygateError(
        'REGISTRATION_CLOSED',
        'Registration is closed: ask an admin for an account. GATEWAY_REGISTRATION=open (gateway.yaml: registration) opens it.',
      );
    }
    const { ip } = context.switchToHttp().getRequest<Request>();
    const allowance = { bucket: `register:${addressGroup(ip)}`, perHour: REGISTRATIONS_PER_ADDRESS_AND_HOUR };
    const { allowed, retryAfterSeconds } = await this.limits.consume(allowance);
    if (allowed) return true;
    throw new TallygateError('RATE_LIMITED', 'Too many registrations from this address.', { retryAfterSeconds });
  }
}
