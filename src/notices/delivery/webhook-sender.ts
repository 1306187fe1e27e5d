import { createHmac } from 'node:crypto';
import { Pool } from 'undici';
import { maskText } from '../../common/secrets/mask-text.js';
import { NetworkRules } from '../../common/network/network-rules.js';
import { VERSION } from '../../common/version.js';
import type { WebhookSettings } from '../../config/notices-config.js';
import { noticeJson, type Notice } from '../notice.js';
import { retryAfterMs, type Outcome } from './retry-plan.js';

/** What of an answer is read, so that its connection can be used again; a longer one ends with its connection. */
const ANSWER_MAX_BYTES = 65_536;
const ERROR_MAX_CHARS = 300;

export interface WebhookSenderOptions {
  /** Attempts at once. */
  connections: number;
  /** For a whole attempt, milliseconds. */
  timeoutMs: number;
  network: NetworkRules;
  /** Other words for a failure; undefined: its own. */
  wordsOf?: (error: Error) => string | undefined;
}

/**
 * Posts notices to one webhook, signed as Standard Webhooks has it (https://www.standardwebhooks.com). Redirects are not followed, and
 * addresses judged as those of upstream servers are.
 */
export class WebhookSender {
  private pool: Pool | undefined;

  constructor(
    private readonly webhook: Pick<WebhookSettings, 'url' | 'secret'>,
    private readonly options: WebhookSenderOptions,
  ) {}

  /** One attempt. Never fails: what went wrong is in the outcome. Only the signal makes it end without one. @throws the signal's reason */
  async send(notice: Notice, signal: AbortSignal): Promise<Outcome> {
    const late = AbortSignal.timeout(this.options.timeoutMs);
    try {
      return await this.post(notice, AbortSignal.any([signal, late]));
    } catch (error) {
      signal.throwIfAborted();
      const words = late.aborted ? `no answer within ${this.options.timeoutMs / 1_000} s` : this.wordsOf(error as Error);
      return { isDelivered: false, status: null, error: maskText(words).slice(0, ERROR_MAX_CHARS) };
    }
  }

  close(): Promise<void> {
    return this.pool?.destroy() ?? Promise.resolve();
  }

  private wordsOf(error: Error): string {
    return this.options.wordsOf?.(error) ?? wordsOf(error);
  }

  private async post(notice: Notice, signal: AbortSignal): Promise<Outcome> {
    const { pathname, search } = new URL(this.webhook.url);
    const body = noticeJson(notice);
    const headers = { 'content-type': 'application/json', 'user-agent': `Tallygate/${VERSION}`, ...this.signed(notice.id, body) };
    const answer = await this.connections().request({ path: pathname + search, method: 'POST', headers, body, signal });
    // The status says it all. Whoever answers without end loses the connection and nothing else.
    await answer.body.dump({ limit: ANSWER_MAX_BYTES, signal }).catch(() => undefined);
    return outcomeOf(answer.statusCode, answer.headers['retry-after']);
  }

  private signed(id: string, body: string): Record<string, string> {
    const timestamp = Math.floor(Date.now() / 1_000).toString();
    const { secret } = this.webhook;
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatureOf({ secret, id, timestamp, body }),
    };
  }

  /** @throws ForbiddenAddress for an address in the URL that must not be connected to; one that a name stands for is judged later */
  private connections(): Pool {
    const { connections, timeoutMs: timeout, network } = this.options;
    const { url } = this.webhook;
    return (this.pool ??= new Pool(new URL(url).origin, {
      ...{ connections, headersTimeout: 0, bodyTimeout: 0 },
      connect: { timeout, ...network.connectOptions(url) },
    }));
  }
}

/** Of what is sent, under a secret `whsec_…`. `timestamp`: seconds since the epoch. */
export function signatureOf({
  secret,
  id,
  timestamp,
  body,
}: {
  secret: string;
  id: string;
  timestamp: string;
  body: string;
}): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function outcomeOf(status: number, retryAfter: string | string[] | undefined): Outcome {
  if (status >= 200 && status < 300) return { isDelivered: true, status, error: null };
  const words = status >= 300 && status < 400 ? 'a redirect, which is not followed' : 'not accepted';
  const wait = retryAfterMs([retryAfter ?? []].flat()[0], Date.now());
  return { isDelivered: false, status, error: `HTTP ${status}: ${words}`, isFinal: status === 410, retryAfterMs: wait };
}

/** A host with several addresses fails with an error for each, and no words of its own. */
const wordsOf = (error: Error & { errors?: Error[]; code?: string }): string =>
  error.message || error.errors?.[0]?.message || error.code || error.name;
