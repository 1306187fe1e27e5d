import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { KeyAdmission } from '../../api-keys/verification/key-admission.service.js';
import type { Principal } from '../../auth/access/principal.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';

/** Pause between two looks at all streams: with what the key cache may believe, a revoked key ends them within two seconds. */
const CHECK_PAUSE_MS = 500;
const RETRY_AFTER_SECONDS = 5;

/** Something a client holds open. */
export interface OpenStream {
  /** Whose it is; see `ownerOf`. */
  readonly owner: string;
  /** The key it was opened with; undefined for callers who need none. */
  readonly token: string | undefined;
  /** Writes a comment when nothing was written for so long. */
  keepAlive(quietMs: number): void;
  /** Ends it at once: its key no longer works. */
  cut(): void;
  /** Asks it to end by itself: the process stops. */
  finish(): void;
}

/** The key, or the user who needs none. */
export const ownerOf = ({ userId, apiKey }: Principal): string => apiKey?.id ?? userId;

/** Every response that is held open as a stream: counted, kept alive by one timer, ended with its key and with the process. */
@Injectable()
export class OpenStreams implements OnModuleInit, BeforeApplicationShutdown {
  private readonly streams = new Set<OpenStream>();
  private readonly ofOwner = new Map<string, number>();
  private readonly task = new PeriodicTask('Streams', CHECK_PAUSE_MS, () => this.look());
  private isStopping = false;

  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyAdmission,
  ) {}

  onModuleInit(): void {
    this.task.start();
  }

  get count(): number {
    return this.streams.size;
  }

  /** Why this caller may not open another one. */
  refusal(owner: string): TallygateError | undefined {
    const { max_streams: max, max_streams_per_key: maxPerKey } = this.config.values.mcp;
    const wait = { retryAfterSeconds: RETRY_AFTER_SECONDS };
    if (this.isStopping) return new TallygateError('UNAVAILABLE', 'The gateway is stopping.', wait);
    if (this.streams.size >= max) return new TallygateError('OVERLOADED', 'Too many streams are open.', wait);
    if ((this.ofOwner.get(owner) ?? 0) < maxPerKey) return undefined;
    return new TallygateError('RATE_LIMITED', `Your key has ${maxPerKey} streams open; close one first.`, wait);
  }

  /** Counts a stream until the returned function is called. */
  add(stream: OpenStream): () => void {
    this.streams.add(stream);
    this.ofOwner.set(stream.owner, (this.ofOwner.get(stream.owner) ?? 0) + 1);
    return () => this.remove(stream);
  }

  /** Before the listeners close, which wait for every open response. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const stream of this.streams) stream.finish();
    await this.task.stop();
  }

  private remove(stream: OpenStream): void {
    if (!this.streams.delete(stream)) return;
    const left = this.ofOwner.get(stream.owner)! - 1;
    if (left > 0) this.ofOwner.set(stream.owner, left);
    else this.ofOwner.delete(stream.owner);
  }

  private async look(): Promise<void> {
    const invalid = await this.invalidTokens();
    const quietMs = this.config.values.mcp.keep_alive_seconds * 1_000;
    for (const stream of this.streams) {
      if (stream.token !== undefined && invalid.has(stream.token)) stream.cut();
      else stream.keepAlive(quietMs);
    }
  }

  /** A key that cannot be checked counts as revoked, as it does for calls. */
  private async invalidTokens(): Promise<Set<string>> {
    const tokens = new Set([...this.streams].map(({ token }) => token).filter((token) => token !== undefined));
    const isValid = (token: string) => this.keys.isStillValid(token).catch(() => false);
    const checked = await Promise.all([...tokens].map(async (token) => ({ token, valid: await isValid(token) })));
    return new Set(checked.filter(({ valid }) => !valid).map(({ token }) => token));
  }
}
