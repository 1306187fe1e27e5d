import { Injectable } from '@nestjs/common';
import { Sealer } from '../../common/secrets/sealer.js';
import { AppConfig } from '../../config/app-config.js';
import type { AlertEndpoint } from './alert-endpoint.js';

/** Changing it makes every endpoint unreadable. */
const KEY_LABEL = 'tallygate user webhook v1';

/** Seals endpoints of users, URL and secret, before they are stored: a URL may be as good as a password. */
@Injectable()
export class AlertCipher {
  private readonly sealer: Sealer;

  constructor({ values }: AppConfig) {
    this.sealer = new Sealer(values.auth.secret_key, KEY_LABEL);
  }

  seal(userId: string, endpoint: AlertEndpoint): Buffer {
    return this.sealer.seal(userId, endpoint);
  }

  /** Undefined for what was sealed under another secret key of the gateway: its user has to give it again. */
  tryOpen(userId: string, sealed: Buffer): AlertEndpoint | undefined {
    try {
      return this.sealer.open(userId, sealed) as unknown as AlertEndpoint;
    } catch {
      return undefined;
    }
  }
}
