import type { GatewayError } from '../../../../src/client/gateway-error';

/** Of answers that leave open whether the call ran: it may have, and be recorded under its key. */
const UNDECIDED = new Set([401, 409, 429, 503]);

/** Whether a call that failed so may be tried again as the same one. */
export const isUndecided = ({ status, errorCode }: Pick<GatewayError, 'status' | 'errorCode'>): boolean =>
  status === undefined || UNDECIDED.has(status) || errorCode.startsWith('HTTP_') || errorCode === 'INVALID_ANSWER';

/**
 * Under which Idempotency-Key a form is sent: the same for as long as the same arguments have no answer, so that a retry after a lost
 * connection runs and costs once; another for each further call.
 */
export class Submission {
  private open: { key: string; text: string } | undefined;

  keyFor(args: object): string {
    const text = JSON.stringify(args);
    if (this.open?.text !== text) this.open = { key: newKey(), text };
    return this.open.key;
  }

  /** The call has its answer: the next one is another. */
  decided(): void {
    this.open = undefined;
  }
}

/** Not `randomUUID`, which browsers have over TLS only. */
const newKey = (): string =>
  `portal-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
