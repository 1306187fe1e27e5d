import { Injectable } from '@nestjs/common';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { derivedKey } from '../../common/derived-key.js';
import { AppConfig } from '../../config/app-config.js';

const HASH_BYTES = 32;
/** Changing it makes every existing key unknown. */
const PEPPER_LABEL = 'tallygate api key pepper v1';

/**
 * HMAC-SHA-256 of a token with the server's pepper. A fast hash is right here: the token has 190 random bits, so it
 * cannot be guessed, and the pepper makes a stolen table useless for testing leaked tokens.
 */
@Injectable()
export class ApiKeyHasher {
  private readonly pepper: Buffer;
  private readonly shown = Buffer.alloc(HASH_BYTES);
  private readonly stored = Buffer.alloc(HASH_BYTES);

  constructor(config: AppConfig) {
    this.pepper = derivedKey(config.values.auth.secret_key, PEPPER_LABEL);
  }

  /** As 32 Latin-1 characters, the form that takes least memory in a cache of many keys. */
  hash(token: string): string {
    return createHmac('sha256', this.pepper).update(token).digest('binary');
  }

  /** Takes constant time, whatever the two have in common. */
  matches(token: string, storedHash: string): boolean {
    if (storedHash.length !== HASH_BYTES) return false;
    this.shown.write(this.hash(token), 'latin1');
    this.stored.write(storedHash, 'latin1');
    return timingSafeEqual(this.shown, this.stored);
  }
}
