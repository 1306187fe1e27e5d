import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { AppConfig } from '../../config/app-config.js';
import type { Principal } from './principal.js';
import { UsersService } from '../users/users.service.js';

/** The admin is looked up again after this long, the bound within which a change of a user counts everywhere. */
const KEPT_MS = 2_000;

/** GATEWAY_AUTH_ENABLED=false: everyone acts as the first admin, on both listeners. */
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

  /** Who a caller without a credential is; undefined where a credential is needed. */
  async principal(): Promise<Principal | undefined> {
    if (!this.isOpen) return undefined;
    if (!this.kept || this.clock.monotonic() - this.kept.readAt > KEPT_MS) {
      this.kept = { principal: await this.users.firstAdmin(), readAt: this.clock.monotonic() };
    }
    return this.kept.principal;
  }
}
