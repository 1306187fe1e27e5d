import { Injectable } from '@nestjs/common';
import { createHmac, randomBytes } from 'node:crypto';
import { derivedKey } from '../../common/derived-key.js';
import { AppConfig } from '../../config/app-config.js';

const TOKEN_BYTES = 32;
/** Changing it ends every session. */
const LABEL = 'tallygate session v1';
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Whether a text may be the secret of a session. */
export const mayBeSessionToken = (text: string): boolean => TOKEN.test(text);

/** The secrets of sessions. What is stored of one is HMAC-SHA-256 with the server's key, as of API keys. */
@Injectable()
export class SessionTokens {
  private readonly key: Buffer;

  constructor({ values }: AppConfig) {
    this.key = derivedKey(values.auth.secret_key, LABEL);
  }

  make(): string {
    return randomBytes(TOKEN_BYTES).toString('base64url');
  }

  hashOf(token: string): Buffer {
    return createHmac('sha256', this.key).update(token).digest();
  }
}
