import { applyDecorators, Injectable, SetMetadata, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiTooManyRequestsResponse } from '@nestjs/swagger';
import type { Request } from 'express';
import { addressGroup } from '../../common/network/address-group.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { RateLimitService } from '../../limits/rate-limit.service.js';
import { ErrorDto } from '../../rest/error.dto.js';

const PER_ADDRESS = Symbol('PER_ADDRESS');

interface AddressLimit {
  /** In words, e.g. `registrations`. */
  what: string;
  perHour: number;
}

/** Limits requests of an address: for what needs no credential, and costs more than its refusal. */
export const PerAddress = (what: string, perHour: number) =>
  applyDecorators(
    SetMetadata(PER_ADDRESS, { what, perHour } satisfies AddressLimit),
    UseGuards(AddressLimitGuard),
    ApiTooManyRequestsResponse({ description: `Too many ${what} from this address`, type: ErrorDto }),
  );

/** Admits what `PerAddress` allows. Runs before validation, so that nothing is read for who is refused. */
@Injectable()
export class AddressLimitGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimitService,
    private readonly reflector: Reflector,
  ) {}

  /** @throws RATE_LIMITED */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { what, perHour } = this.reflector.get<AddressLimit>(PER_ADDRESS, context.getHandler());
    const { ip } = context.switchToHttp().getRequest<Request>();
    const { allowed, retryAfterSeconds } = await this.limits.consume({ bucket: `${what}:${addressGroup(ip)}`, perHour });
    if (allowed) return true;
    throw new TallygateError('RATE_LIMITED', `Too many ${what} from this address.`, { retryAfterSeconds });
  }
}
