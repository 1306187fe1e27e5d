import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { AppConfig } from '../../config/app-config.js';
import { Postgres } from '../../database/postgres.js';

const SETTING = 'secret_fingerprint';

/** Detects a secret key other than the one this database was set up with, before every key and token fails for no visible reason. */
@Injectable()
export class SecretCheck {
  constructor(
    private readonly config: AppConfig,
    private readonly postgres: Postgres,
  ) {}

  /** @throws Error in one line when the secret differs. */
  async run(): Promise<void> {
    const fingerprint = fingerprintOf(this.config.values.auth.secret_key);
    if ((await this.firstFingerprint(fingerprint)) === fingerprint) return;
    throw new Error(
      'GATEWAY_SECRET_KEY is not the one this database was set up with, so no API key would work. ' +
        'Set it to the old value (an embedded database keeps it in the file secret-key of its data folder), ' +
        `or, to give up all API keys, run: DELETE FROM mcp.settings WHERE name = '${SETTING}'; DELETE FROM mcp.api_keys;`,
    );
  }

  /** Stores the fingerprint unless one is stored already, and returns the stored one; of two replicas the first wins. */
  private async firstFingerprint(own: string): Promise<string> {
    const insert = 'INSERT INTO mcp.settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING';
    await this.postgres.query(insert, [SETTING, own]);
    const [row] = await this.postgres.query<{ value: string }>('SELECT value FROM mcp.settings WHERE name = $1', [SETTING]);
    return row!.value;
  }
}

/** Identifies a secret without revealing it. */
function fingerprintOf(secret: string): string {
  return createHmac('sha256', secret).update('tallygate secret fingerprint').digest('hex');
}
