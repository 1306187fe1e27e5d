import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { KeyAdmission } from '../../api-keys/verification/key-admission.service.js';
import type { Principal } from '../../auth/access/principal.js';
import { Counts } from '../../common/concurrency/counts.js';
import { LinkedList, type Linked } from '../../common/concurrency/linked-list.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';

/** Pause between two looks at all streams: with what the key cache may believe, a revoked key ends them within two seconds. */
const CHECK_PAUSE_MS = 500;
const RETRY_AFTER_SECONDS = 5;

/** Something a client holds open. */
export interface OpenStream {
  /** Writes a comment when nothing was written for so long. */
  keepAlive(quietMs: number): void;
  /** Ends it at once: its key no longer works. */
  cut(): void;
  /** Asks it to end by itself: the process stops. */
  finish(): void;
}

/** Whose a stream is. */
interface StreamOwner {
  caller: Principal;
  /** The key it was opened with; undefined for callers who need none. */
  token: string | undefined;
}

/** An answer that has not begun: what opens it, and since when it is waited for, monotonic clock, ms. */
interface QuietAnswer extends Linked {
  open: () => void;
  since: number;
}

/** The key, or the user who needs none. */
export const ownerOf = ({ userId, apiKey }: Principal): string => apiKey?.id ?? userId;

const userOf = ({ userId }: Principal): string => `user ${userId}`;

/** Every response that is held open as a stream: counted, kept alive by one timer, ended with its key and with the process. */
@Injectable()
export class OpenStreams implements OnModuleInit, BeforeApplicationShutdown {
  private readonly streams = new Map<OpenStream, StreamOwner>();
  /** How many are open, by key and by user. */
  private readonly counts = new Counts();
  private readonly quiet = new LinkedList<QuietAnswer>();
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

  /** Why this caller may not open another one. A user's share is of all their keys, of which they may have many. */
  refusal(caller: Principal): TallygateError | undefined {
    const { max_streams: max, max_streams_per_key: maxPerKey, max_streams_per_user: maxPerUser } = this.config.values.mcp;
    const wait = { retryAfterSeconds: RETRY_AFTER_SECONDS };
    if (this.isStopping) return new TallygateError('UNAVAILABLE', 'The gateway is stopping.', wait);
    if (this.streams.size >= max) return new TallygateError('OVERLOADED', 'Too many streams are open.', wait);
    if (this.counts.of(ownerOf(caller)) >= maxPerKey)
      return new TallygateError('RATE_LIMITED', `Your key has ${maxPerKey} streams open; close one first.`, wait);
    if (this.counts.of(userOf(caller)) >= maxPerUser)
      return new TallygateError('RATE_LIMITED', `Your keys have ${maxPerUser} streams open; close one first.`, wait);
    return undefined;
  }

  /** Counts a stream until the returned function is called. */
  add(stream: OpenStream, owner: StreamOwner): () => void {
    this.streams.set(stream, owner);
    this.countOf(owner.caller, 1);
    return () => this.remove(stream);
  }

  /** Calls the function when it has not been taken back for as long as a stream may be silent. */
  whenQuiet(open: () => void): () => void {
    const answer: QuietAnswer = { open, since: performance.now() };
    this.quiet.add(answer);
    return () => this.quiet.delete(answer);
  }

  /** Before the listeners close, which wait for every open response. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const stream of this.streams.keys()) stream.finish();
    await this.task.stop();
  }

  private remove(stream: OpenStream): void {
    const owner = this.streams.get(stream);
    if (owner && this.streams.delete(stream)) this.countOf(owner.caller, -1);
  }

  private countOf(caller: Principal, change: 1 | -1): void {
    for (const owner of [ownerOf(caller), userOf(caller)]) this.counts.add(owner, change);
  }

  private async look(): Promise<void> {
    const invalid = await this.invalidTokens();
    const quietMs = this.config.values.mcp.keep_alive_seconds * 1_000;
    this.openQuiet(quietMs);
    for (const [stream, { token }] of this.streams) {
      if (token !== undefined && invalid.has(token)) stream.cut();
      else stream.keepAlive(quietMs);
    }
  }

  /** In the order in which they came. */
  private openQuiet(quietMs: number): void {
    for (let answer = this.quiet.oldest; answer && performance.now() - answer.since >= quietMs; answer = this.quiet.oldest) {
      this.quiet.delete(answer);
      answer.open();
    }
  }

  /** A key that cannot be checked counts as revoked, as it does for calls. */
  private async invalidTokens(): Promise<Set<string>> {
    const tokens = new Set([...this.streams.values()].map(({ token }) => token).filter((token) => token !== undefined));
    const isValid = (token: string) => this.keys.isStillValid(token).catch(() => false);
    const checked = await Promise.all([...tokens].map(async (token) => ({ token, valid: await isValid(token) })));
    return new Set(checked.filter(({ valid }) => !valid).map(({ token }) => token));
  }
}
