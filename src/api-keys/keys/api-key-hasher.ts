import { Injectable } from '@nestjs/common';
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { derivedKey } from '../../common/derived-key.js';
import { AppConfig } from '../../config/app-config.js';
import { ID_LENGTH, parseToken } from './api-key-token.js';
import { isForeignSecret } from '../foreign/foreign-secret.js';

const HASH_BYTES = 32;
/** Changing one makes every existing key unknown, or every one that was made elsewhere. */
const PEPPER_LABEL = 'tallygate api key pepper v1';
const FOREIGN_ID_LABEL = 'tallygate foreign key id v1';

/**
 * What is stored of a token. Its hash is HMAC-SHA-256 with the server's pepper. A fast hash is right here: the token has 190 random
 * bits, and one made elsewhere must look random too, so it cannot be guessed, and the pepper makes a stolen table useless for testing
 * leaked tokens.
 */
@Injectable()
export class ApiKeyHasher {
  private readonly pepper: Buffer;
  private readonly foreignIds: Buffer;
  /** Of this process alone, and kept nowhere. */
  private readonly salt = randomBytes(HASH_BYTES).toString('base64');
  private readonly shown = Buffer.alloc(HASH_BYTES);
  private readonly stored = Buffer.alloc(HASH_BYTES);

  constructor(config: AppConfig) {
    this.pepper = derivedKey(config.values.auth.secret_key, PEPPER_LABEL);
    this.foreignIds = derivedKey(config.values.auth.secret_key, FOREIGN_ID_LABEL);
  }

  /**
   * The 12 characters that find a stored key: a part of a token made here, and a keyed hash of one made elsewhere. Undefined for what
   * can be no key, which is told without a look-up.
   */
  idOf(token: string): string | undefined {
    const own = parseToken(token)?.tokenId;
    return own ?? (isForeignSecret(token) ? this.foreignIdOf(token) : undefined);
  }

  /** As 32 Latin-1 characters, the form that takes least memory in a cache of many keys. */
  hash(token: string): string {
    return createHmac('sha256', this.pepper).update(token).digest('binary');
  }

  /**
   * By which memory knows a token again that was right: SHA-256 behind the salt of this process, an eighth of the work of `hash`. It
   * tells nothing of the token, and nobody can choose one for what it has in common with another's, so that `===` may compare it.
   */
  markOf(token: string): string {
    return hash('sha256', this.salt + token, 'binary');
  }

  private foreignIdOf(token: string): string {
    return createHmac('sha256', this.foreignIds).update(token).digest('base64url').slice(0, ID_LENGTH);
  }

  /** Takes constant time, whatever the two have in common. */
  matches(token: string, storedHash: string): boolean {
    if (storedHash.length !== HASH_BYTES) return false;
    this.shown.write(this.hash(token), 'latin1');
    this.stored.write(storedHash, 'latin1');
    return timingSafeEqual(this.shown, this.stored);
  }
}
