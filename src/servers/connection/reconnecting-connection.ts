import { type Logger } from '@nestjs/common';
import type { ServerCapabilities } from '@modelcontextprotocol/client';
import { loggerFor } from '../../common/log-contexts.js';
import type { ServerTarget } from '../templates/server-target.js';
import type { AnnouncementListener } from './announcements.js';
import type { ServerResult } from './relay/relay.js';
import { ServerError } from '../../tools/source/server-error.js';
import { RestartPause } from './restart-pause.js';
import { UnaskedPace } from './unasked-pace.js';
import type { ExchangeOptions } from './upstream-exchange.js';
import { SessionExpired, UpstreamFailure } from './upstream-failure.js';
import { UpstreamSession, type SessionOptions, type SessionRequest } from './upstream-session.js';

/** What a server may write to the log of the gateway in one minute. */
const NOISE_CHARS_PER_MINUTE = 4_000;

/** How long a server that did not know the newest revision is not asked for it again. */
const ERA_KNOWN_MS = 3_600_000;

/** Is told what happens to the connection. */
export interface ConnectionListener extends AnnouncementListener {
  /** A session has started: whatever was known of the server may have changed. */
  onConnected: () => void;
  /** The server ended the session; the next request starts another. */
  onLost: () => void;
}

export interface ConnectionOptions extends Omit<SessionOptions, 'onNoise' | 'onClosed' | 'pace'>, ConnectionListener {
  /** Where the server is now. @throws ConfigProblem when the server's settings no longer fit its template. */
  target: () => ServerTarget;
}

/** A long-lived connection to one upstream server: its session is started when it is needed, and again when it was lost or expired. */
export class ReconnectingConnection {
  private readonly logger: Logger;
  private readonly pace = new UnaskedPace(() => this.logger.warn('It says so much unasked that it is read more slowly'));
  private readonly restartPause = new RestartPause();
  private session: UpstreamSession | undefined;
  private connecting: Promise<UpstreamSession> | undefined;
  private isClosed = false;
  private noise = { since: 0, chars: 0 };
  /** Until when the server is not asked again which era it speaks, by the monotonic clock, ms. */
  private legacyUntil = 0;
  /** What the program said last before it ended, or why else there is no session: why it is not started again at once. */
  private lastWords: string | undefined;
  /** The resources whose changes are told. */
  readonly watched = new Set<string>();

  constructor(private readonly options: ConnectionOptions) {
    this.logger = loggerFor(`Server ${options.name}`);
  }

  get pid(): number | undefined {
    return this.session?.pid;
  }

  /** `modern`: MCP 2026-07-28. `legacy` also while there is no session. */
  get era(): 'legacy' | 'modern' {
    return this.session?.era ?? 'legacy';
  }

  get hasSession(): boolean {
    return this.session !== undefined;
  }

  /** What the server said it can do; nothing while there is no session. */
  get capabilities(): ServerCapabilities {
    return this.session?.capabilities ?? {};
  }

  /** What the server tells models of itself; nothing while there is no session. */
  get instructions(): string | undefined {
    return this.session?.instructions;
  }

  /** Has `onResourceUpdated` called when one of these resources changes too, in this session and every later one. */
  watch(uris: readonly string[]): void {
    for (const uri of uris) this.watched.add(uri);
    this.session?.watch(uris);
  }

  unwatch(uri: string): void {
    this.watched.delete(uri);
    this.session?.unwatch(uri);
  }

  /** @throws UpstreamFailure when the server cannot be reached or used, ServerError for an error it answered. */
  async request(request: SessionRequest, options: ExchangeOptions): Promise<ServerResult> {
    try {
      return await this.requestOnce(request, options);
    } catch (error) {
      if (!(error instanceof SessionExpired)) throw error;
    }
    return this.requestOnce(request, options).catch((error: unknown) => {
      if (!(error instanceof SessionExpired)) throw error;
      throw new UpstreamFailure('protocol', `${this.options.name} does not keep its sessions.`, error);
    });
  }

  /** Resolves when nothing of it is left. Idempotent. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.connecting?.catch(() => undefined);
    await this.session?.close();
    this.session = undefined;
  }

  private async requestOnce(request: SessionRequest, options: ExchangeOptions): Promise<ServerResult> {
    const session = await this.currentSession();
    try {
      return await session.request(request, options);
    } catch (error) {
      if (isLoss(error)) this.giveUp(session);
      throw error;
    }
  }

  private giveUp(session: UpstreamSession): void {
    if (this.session !== session) return;
    this.session = undefined;
    session.retire();
  }

  private currentSession(): UpstreamSession | Promise<UpstreamSession> {
    if (this.isClosed) throw this.removed();
    if (this.session) return this.session;
    this.connecting ??= this.connect().finally(() => (this.connecting = undefined));
    return this.connecting;
  }

  private async connect(): Promise<UpstreamSession> {
    await this.restartPause.wait(this.options.name).catch((failure: UpstreamFailure) => {
      throw Object.assign(failure, { words: this.lastWords });
    });
    const session = await this.connectOnce();
    if (this.isClosed) {
      await session.close();
      throw this.removed();
    }
    this.session = session;
    session.watch([...this.watched]);
    this.restartPause.started();
    this.options.onConnected();
    return session;
  }

  private async connectOnce(): Promise<UpstreamSession> {
    const { target, ...options } = this.options;
    const protocol = performance.now() < this.legacyUntil ? 'legacy' : options.protocol;
    this.legacyUntil = 0;
    try {
      const session = await UpstreamSession.connect(target(), {
        ...options,
        protocol,
        pace: this.pace,
        onNoise: (text) => this.log(text),
        onClosed: (session) => this.handleEnd(session),
      });
      if (session.era === 'legacy') this.legacyUntil = performance.now() + ERA_KNOWN_MS;
      return session;
    } catch (error) {
      this.restartPause.ended();
      const failure = this.startFailure(error);
      if (failure instanceof UpstreamFailure) this.lastWords = failure.words ?? reasonOf(failure);
      throw failure;
    }
  }

  private startFailure(error: unknown): unknown {
    const { name } = this.options;
    if (error instanceof ServerError)
      return new UpstreamFailure('protocol', `${name} refused to start a session: ${error.message}`, error);
    if (error instanceof SessionExpired) return new UpstreamFailure('protocol', `${name} does not speak MCP.`, error);
    if (error instanceof UpstreamFailure && error.kind === 'refused')
      return new UpstreamFailure('protocol', error.message, error);
    return error;
  }

  /** A session that ends while it starts, or after it was given up, is not the current one. */
  private handleEnd(session: UpstreamSession): void {
    if (this.session !== session || this.isClosed) return;
    this.session = undefined;
    this.lastWords = session.lastWords;
    this.logger.warn('The server ended the connection');
    this.restartPause.ended();
    this.options.onLost();
  }

  private removed(): UpstreamFailure {
    return new UpstreamFailure('unreachable', `${this.options.name} was removed.`);
  }

  /** What servers write is for the operator: secrets masked, and no more of it than anybody reads. */
  private log(text: string): void {
    const now = performance.now();
    if (now - this.noise.since > 60_000) this.noise = { since: now, chars: 0 };
    const room = NOISE_CHARS_PER_MINUTE - this.noise.chars;
    if (room <= 0) return;
    this.noise.chars += text.length;
    this.logger.debug(this.options.mask(text).slice(0, room).trimEnd());
  }
}

/** For operators. */
const reasonOf = ({ message, advice }: UpstreamFailure): string => (advice ? `${message} ${advice}` : message);

/** An answer that came too late or cannot be used says nothing about the session; one that cannot be reached is lost. */
const isLoss = (error: unknown): boolean =>
  error instanceof SessionExpired || (error instanceof UpstreamFailure && error.kind === 'unreachable');
