import { createHmac, timingSafeEqual } from 'node:crypto';
import { derivedKey } from '../../common/derived-key.js';

/**
 * Text that a client keeps for us and gives back: readable, but not to be changed, and good only under the binding it was
 * signed for. Replicas share the secret key, so that each can read what another one signed.
 */
export class SignedTokens {
  private readonly key: Buffer;

  /** `label` keeps the key apart from everything else derived from the same secret. */
  constructor(secretKey: string, label: string) {
    this.key = derivedKey(secretKey, label);
  }

  /** Visible ASCII, fit for a header. */
  sign(text: string, binding: string): string {
    return `${Buffer.from(text).toString('base64url')}.${this.mac(text, binding).toString('base64url')}`;
  }

  /** What was signed; undefined for anything else, and under another binding. */
  open(token: string, binding: string): string | undefined {
    const [encoded = '', signature = '', ...rest] = token.split('.');
    const text = Buffer.from(encoded, 'base64url').toString('utf8');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.mac(text, binding);
    const isRight = given.length === expected.length && timingSafeEqual(given, expected);
    // One text has one token: what else decodes to the same bytes was tampered with.
    return isRight && rest.length === 0 && this.sign(text, binding) === token ? text : undefined;
  }

  private mac(text: string, binding: string): Buffer {
    return createHmac('sha256', this.key)
      .update(`${Buffer.byteLength(binding)}:`)
      .update(binding)
      .update(text)
      .digest();
  }
}
