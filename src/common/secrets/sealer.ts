import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { derivedKey } from '../derived-key.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals what is secret with AES-256-GCM before it is stored. The id of its owner is authenticated too, so what is sealed for one and
 * moved to the row of another does not open there.
 */
export class Sealer {
  private readonly key: Buffer;

  /** @param label One for each purpose; changing it makes everything that was sealed under it unreadable. */
  constructor(secretKey: string, label: string) {
    this.key = derivedKey(secretKey, label);
  }

  /** A fresh random nonce, the tag, and the sealed JSON. */
  seal(id: string, value: object): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce).setAAD(Buffer.from(id));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws Error when it was sealed under another secret key or label, for another owner, or was changed. */
  open(id: string, sealed: Buffer): Record<string, unknown> {
    const tagAt = NONCE_BYTES + TAG_BYTES;
    const decipher = createDecipheriv(ALGORITHM, this.key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(id)).setAuthTag(sealed.subarray(NONCE_BYTES, tagAt));
    const text = Buffer.concat([decipher.update(sealed.subarray(tagAt)), decipher.final()]).toString('utf8');
    return JSON.parse(text) as Record<string, unknown>;
  }
}
