import { Injectable } from '@nestjs/common';
import { Sealer } from '../../common/secrets/sealer.js';
import { AppConfig } from '../../config/app-config.js';

/** Changing it makes every config unreadable. */
const KEY_LABEL = 'tallygate server config v1';

/** Seals configs of servers before they are stored, each for the id of its server. */
@Injectable()
export class ConfigCipher extends Sealer {
  constructor(config: AppConfig) {
    super(config.values.auth.secret_key, KEY_LABEL);
  }
}
