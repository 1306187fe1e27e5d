import { Logger } from '@nestjs/common';
import { ProtocolError, type ServerCapabilities } from '@modelcontextprotocol/client';
import type { z } from 'zod';
import { maskSecrets } from '../../telemetry/mask-secrets.js';
import type { ServerTarget } from '../templates/server-target.js';
import { UpstreamFailure } from './upstream-failure.js';
import { SessionExpired } from './failure-of.js';
import type { ExchangeLimits } from './upstream-exchange.js';
import { UpstreamSession, type SessionOptions } from './upstream-session.js';

/** Pause before a server that ended is started again; doubled every time, back to the first after a good while. */
const RESTART_FIRST_MS = 100;
const RESTART_MAX_MS = 30_000;
const GOOD_WHILE_MS = 60_000;
/** A caller is kept waiting for a restart at most this long, then told. */
const RESTART_WAIT_MAX_MS = 1_000;
/** What a server may write to the log of the gateway in one minute. */
const NOISE_CHARS_PER_MINUTE = 4_000;

export type ConnectionOptions = Omit<SessionOptions, 'onNoise' | 'onClosed'> & {
  /** @throws ConfigProblem when the server's settings no longer fit its template. */
  target: () => ServerTarget;
  /** A new session: whatever was known of the server may have changed. */
  onConnected: () => void;
  /** The server ended the connection; the next request opens another. */
  onLost: () => void;
};

/** A long-lived connection to one upstream server: opened when it is needed, again when it was lost, renewed when it expired. */
export class UpstreamConnection {
  private readonly logger: Logger;
  private session: UpstreamSession | undefined;
  private opening: Promise<UpstreamSession> | undefined;
  private closed = false;
  private restarts = 0;
  private openedAt = 0;
  private endedAt = -Infinity;
  private noise = { since: 0, chars: 0 };
  private followed: ReadonlySet<string> = new Set();

  constructor(private readonly options: ConnectionOptions) {
    this.logger = new Logger(`Server ${options.name}`);
  }

  get pid(): number | undefined {
    return this.session?.pid;
  }

  /** `modern`: MCP 2026-07-28. As of the last session. */
  get era(): 'legacy' | 'modern' {
    return this.session?.era ?? 'legacy';
  }

  /** What the server said it can do, in the last session. */
  get capabilities(): ServerCapabilities {
    return this.session?.capabilities ?? {};
  }

  /** Has `onUpdated` called when one of these resources changes, in every session from now on. */
  follow(uris: ReadonlySet<string>): void {
    this.followed = uris;
    this.session?.follow(uris);
  }

  /**
   * @throws UpstreamFailure when the server cannot be reached or used, ProtocolError for an error it answered.
   */
  async request<T>(method: string, params: Record<string, unknown>, schema: z.ZodType<T>, limits: ExchangeLimits): Promise<T> {
    const session = await this.current();
    try {
      return await session.request(method, params, schema, limits);
    } catch (error) {
      if (!(error instanceof ProtocolError)) this.lose(session, error);
      if (!(error instanceof SessionExpired)) throw error;
    }
    return this.again(method, params, schema, limits);
  }

  /** Resolves when nothing of it is left. Idempotent. */
  async close(): Promise<void> {
    this.closed = true;
    await this.opening?.catch(() => undefined);
    await this.session?.close();
    this.session = undefined;
  }

  private async again<T>(...request: Parameters<typeof this.request<T>>): Promise<T> {
    const session = await this.current();
    return session.request(...request).catch((error: unknown) => {
      if (!(error instanceof SessionExpired)) throw error;
      throw new UpstreamFailure('protocol', `${this.options.name} does not keep its sessions.`, error);
    }) as Promise<T>;
  }

  /** An answer that came too late or was unusable says nothing about the connection, an expired session does. */
  private lose(session: UpstreamSession, error: unknown): void {
    const isLost = error instanceof SessionExpired || (error instanceof UpstreamFailure && error.kind === 'unreachable');
    if (!isLost || this.session !== session) return;
    this.session = undefined;
    session.retire();
  }

  private async current(): Promise<UpstreamSession> {
    if (this.closed) throw new UpstreamFailure('unreachable', `${this.options.name} was removed.`);
    if (this.session) return this.session;
    this.opening ??= this.open().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async open(): Promise<UpstreamSession> {
    await this.pause();
    const session = await this.opened();
    if (this.closed) {
      await session.close();
      throw new UpstreamFailure('unreachable', `${this.options.name} was removed.`);
    }
    this.session = session;
    session.follow(this.followed);
    this.openedAt = performance.now();
    this.options.onConnected();
    return session;
  }

  private async opened(): Promise<UpstreamSession> {
    const { target, ...options } = this.options;
    let isOpen = false;
    try {
      const session = await UpstreamSession.open(target(), {
        ...options,
        onNoise: (text) => this.log(text),
        onClosed: (ended) => isOpen && this.ended(ended),
      });
      isOpen = true;
      return session;
    } catch (error) {
      this.countEnd();
      throw error instanceof ProtocolError
        ? new UpstreamFailure('protocol', `${options.name} refused to start a session.`, error)
        : error instanceof SessionExpired
          ? new UpstreamFailure('protocol', `${options.name} does not speak MCP.`, error)
          : error;
    }
  }

  private ended(session: UpstreamSession): void {
    if (this.session !== session || this.closed) return;
    this.session = undefined;
    this.logger.warn('The server ended the connection');
    this.countEnd();
    this.options.onLost();
  }

  private countEnd(): void {
    const now = performance.now();
    this.restarts = now - this.openedAt > GOOD_WHILE_MS && this.openedAt > 0 ? 1 : this.restarts + 1;
    this.endedAt = now;
    this.openedAt = now;
  }

  /** A server that ends again and again is not started again and again. */
  private async pause(): Promise<void> {
    if (this.restarts <= 1) return;
    const pauseMs = Math.min(RESTART_FIRST_MS * 2 ** (this.restarts - 2), RESTART_MAX_MS);
    const waitMs = this.endedAt + pauseMs - performance.now();
    if (waitMs <= 0) return;
    if (waitMs > RESTART_WAIT_MAX_MS) {
      throw new UpstreamFailure(
        'unreachable',
        `${this.options.name} ended too often; it is tried again in ${Math.ceil(waitMs / 1_000)} s.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  /** What servers write is for the operator: masked, and no more of it than anybody reads. */
  private log(text: string): void {
    const now = performance.now();
    if (now - this.noise.since > 60_000) this.noise = { since: now, chars: 0 };
    const room = NOISE_CHARS_PER_MINUTE - this.noise.chars;
    if (room <= 0) return;
    this.noise.chars += text.length;
    this.logger.debug(maskSecrets(text.slice(0, room)).trimEnd());
  }
}
