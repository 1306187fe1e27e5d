import { Injectable } from '@nestjs/common';

/**
 * Secrets created on the first start, collected here so that the banner can show them once. They are stored nowhere
 * else.
 */
@Injectable()
export class FirstRunSecrets {
  adminEmail?: string;
  /** Absent when the operator chose it. */
  adminPassword?: string;
  apiKey?: string;
}
