import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';
import proxyAddress from 'proxy-addr';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';

const isLoopback = proxyAddress.compile('loopback');

/**
 * Metrics name tools and servers and show how busy the gateway is: they are for Prometheus on this machine, and for one
 * elsewhere that sends `Authorization: Bearer <metrics.token>`. No database is asked, since they matter most without one.
 */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(private readonly config: AppConfig) {}

  /** @throws UNAUTHORIZED */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (isFromHere(request) || this.hasToken(request)) return true;
    throw new TallygateError(
      'UNAUTHORIZED',
      'Metrics are for this machine, or for who sends GATEWAY_METRICS_TOKEN (gateway.yaml: metrics.token) as a bearer token.',
      { isCredentialMissing: request.headers.authorization === undefined },
    );
  }

  private hasToken({ headers: { authorization = '' } }: Request): boolean {
    const { token } = this.config.values.metrics;
    return token !== undefined && timingSafeEqual(digest(authorization), digest(`Bearer ${token}`));
  }
}

/** Itself, and not as a proxy for somebody else; nor as a browser, whose pages come from anywhere. */
function isFromHere({ socket, ip, headers }: Request): boolean {
  const addresses = [socket.remoteAddress, ip];
  return headers.origin === undefined && addresses.every((address) => address !== undefined && isLoopback(address, 0));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
