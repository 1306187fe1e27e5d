import { Injectable } from '@nestjs/common';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { derivedKey } from '../../common/derived-key.js';
import { AppConfig } from '../../config/app-config.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Changing it makes every config unreadable. */
const KEY_LABEL = 'tallygate server config v1';

/**
 * Seals configs of servers with AES-256-GCM before they are stored. The server's id is authenticated too, so a sealed
 * config moved to another row does not open there.
 */
@Injectable()
export class ConfigCipher {
  private readonly key: Buffer;

  constructor(config: AppConfig) {
    this.key = derivedKey(config.values.auth.secret_key, KEY_LABEL);
  }

  /** A fresh random nonce, the tag, and the sealed JSON. */
  seal(id: string, config: object): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce).setAAD(Buffer.from(id));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(config), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws Error when it was sealed under another secret key, for another server, or was changed. */
  open(id: string, sealed: Buffer): Record<string, unknown> {
    const tagAt = NONCE_BYTES + TAG_BYTES;
    const decipher = createDecipheriv(ALGORITHM, this.key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(id)).setAuthTag(sealed.subarray(NONCE_BYTES, tagAt));
    const text = Buffer.concat([decipher.update(sealed.subarray(tagAt)), decipher.final()]).toString('utf8');
    return JSON.parse(text) as Record<string, unknown>;
  }
}
