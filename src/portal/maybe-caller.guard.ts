import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CallerGuard } from '../api-keys/caller.guard.js';
import { KeyAdmission } from '../api-keys/verification/key-admission.service.js';
import { JwtGuard } from '../auth/login/jwt.guard.js';
import { TallygateError } from '../common/tallygate-error.js';

const SERVER_ERROR = 500;

/** Admits everybody, and says who it is of those who have a credential that works. */
@Injectable()
export class MaybeCallerGuard implements CanActivate {
  private readonly callers: CallerGuard;

  constructor(jwt: JwtGuard, keys: KeyAdmission) {
    this.callers = new CallerGuard(jwt, keys);
  }

  /** @throws UNAVAILABLE where it cannot be told now: who is signed in must not be shown the sign-in */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.callers.canActivate(context).catch((error: unknown) => {
      if (!(error instanceof TallygateError) || error.status >= SERVER_ERROR) throw error;
    });
    return true;
  }
}
