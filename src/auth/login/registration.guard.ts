import { Injectable, type CanActivate } from '@nestjs/common';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';

/** Admits registrations where they are open. Runs before validation, so that closed registration answers 403 to any body. */
@Injectable()
export class RegistrationGuard implements CanActivate {
  constructor(private readonly config: AppConfig) {}

  /** @throws REGISTRATION_CLOSED */
  canActivate(): boolean {
    if (this.config.values.registration === 'open') return true;
    throw new TallygateError(
      'REGISTRATION_CLOSED',
      'Registration is closed: ask an admin for an account. GATEWAY_REGISTRATION=open (gateway.yaml: registration) opens it.',
    );
  }
}
