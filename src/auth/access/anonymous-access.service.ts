import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { AppConfig } from '../../config/app-config.js';
import type { Principal } from './principal.js';
import { UsersService } from '../users/users.service.js';

/** The admin is read again after this long, so that a change of the user takes effect within it. */
const KEPT_MS = 2_000;

/** With GATEWAY_AUTH_ENABLED=false, everyone acts as the first admin, on both listeners. */
@Injectable()
export class AnonymousAccess {
  private kept: { principal: Principal; readAt: number } | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly users: UsersService,
    private readonly clock: Clock,
  ) {}

  get isOpen(): boolean {
    return !this.config.values.auth.enabled;
  }

  /** The principal of a caller without a credential; undefined where a credential is required. */
  async principal(): Promise<Principal | undefined> {
    if (!this.isOpen) return undefined;
    if (!this.kept || this.clock.monotonic() - this.kept.readAt > KEPT_MS) {
      this.kept = { principal: await this.users.firstAdmin(), readAt: this.clock.monotonic() };
    }
    return this.kept.principal;
  }
}
