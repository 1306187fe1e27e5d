import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * A key of 32 bytes, made of the operator's secret for one purpose (HKDF with SHA-256). The label keeps it apart from everything
 * else that is derived from the same secret; changing a label makes what was made with its key useless.
 */
export const derivedKey = (secretKey: string, label: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secretKey, '', label, KEY_BYTES));
