import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { AppConfig } from '../../config/app-config.js';
import { SettingsRepository } from './settings.repository.js';

const SETTING = 'secret_fingerprint';

/** Notices a secret that is not the one this database was set up with, before every key and token fails with a riddle. */
@Injectable()
export class SecretCheck {
  constructor(
    private readonly config: AppConfig,
    private readonly settings: SettingsRepository,
  ) {}

  /** @throws Error in one line when the secret differs. */
  async run(): Promise<void> {
    const fingerprint = fingerprintOf(this.config.values.auth.secret_key);
    if ((await this.settings.keepFirst(SETTING, fingerprint)) === fingerprint) return;
    throw new Error(
      'GATEWAY_SECRET_KEY is not the one this database was set up with, so no API key would work. ' +
        'Set it to the old value (an embedded database keeps it in the file secret-key of its data folder), ' +
        `or, to give up all API keys, run: DELETE FROM mcp.settings WHERE name = '${SETTING}'; DELETE FROM mcp.api_keys;`,
    );
  }
}

/** Tells secrets apart without telling what they are. */
function fingerprintOf(secret: string): string {
  return createHmac('sha256', secret).update('tallygate secret fingerprint').digest('hex');
}
