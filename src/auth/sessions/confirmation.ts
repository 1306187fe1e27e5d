import { applyDecorators, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import type { AuthenticatedRequest } from '../access/current-principal.decorator.js';
import type { Principal } from '../access/principal.js';
import type { Scope } from '../access/scopes.js';

/** How long a confirmed password counts. */
const COUNTS_MS = 15 * 60_000;
/** Whoever has a key with one of these can change the gateway. */
const POWERS: readonly Scope[] = ['admin', 'gateway:write'];

/** Until when a session is confirmed; undefined for one that never was. */
export const confirmedUntil = (confirmedAt: number | undefined): Date | undefined =>
  confirmedAt === undefined ? undefined : new Date(confirmedAt + COUNTS_MS);

/** What a browser that was left open must not do: its user confirms their password first. Other credentials are not asked. */
@Injectable()
export class Confirmation implements CanActivate {
  constructor(private readonly clock: Clock) {}

  /** As a guard of what needs it always, see `Confirmed`. @throws CONFIRMATION_REQUIRED */
  canActivate(context: ExecutionContext): boolean {
    this.demand(context.switchToHttp().getRequest<AuthenticatedRequest>().principal);
    return true;
  }

  /** @throws CONFIRMATION_REQUIRED for a session whose user has not confirmed their password for 15 minutes */
  demand({ session }: Principal): void {
    if (!session) return;
    const until = confirmedUntil(session.confirmedAt);
    if (until && this.clock.now() < until.getTime()) return;
    throw new TallygateError(
      'CONFIRMATION_REQUIRED',
      'This needs your password once more: POST /api/auth/session/confirm, which counts for 15 minutes.',
    );
  }

  /** The same for a key that could change the gateway. @throws CONFIRMATION_REQUIRED */
  demandForKey(who: Principal, scopes: Iterable<Scope>): void {
    if ([...scopes].some((scope) => POWERS.includes(scope))) this.demand(who);
  }
}

/** Needs a confirmed password in a session of the portal. Stands above `Authenticated`, whose guard says who is calling. */
export const Confirmed = () => applyDecorators(UseGuards(Confirmation), ApiExtension('x-confirmation', true));
