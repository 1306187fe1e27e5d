import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { loggerFor } from '../../common/log-contexts.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import type { RequestOrigin } from '../access/principal.js';
import { UsersRepository } from '../users/users.repository.js';
import { GATEWAY, type Actor, type AuditEntry } from './audit-entry.js';
import { AuditLog } from './audit-log.service.js';

/** Lines of a kind about one user in a window: whoever guesses or logs in without end must not fill the disk. */
export const LINES_MAX = 20;
export const WINDOW_MS = 3_600_000;
/** Users with logins in a window; of more, the oldest window ends early. */
const WINDOWS_MAX = 10_000;
const PAUSE_MS = 60_000;

type LoginAction = 'login.succeeded' | 'login.failed' | 'login.ended';

/** What was written down in a window, and what was only counted. */
interface Window {
  action: LoginAction;
  userId: string;
  /** Of the monotonic clock. */
  begunAt: number;
  written: number;
  counted: number;
}

/**
 * Writes logins down: each by itself, until those of a user and kind are too many for an hour; how many more there were is one line at
 * its end. Nothing of it stands in the way of a login: an admin comes in, also while nothing can be written.
 */
@Injectable()
export class LoginNotes implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = loggerFor('Auth');
  private readonly windows = new Map<string, Window>();
  private readonly task = new PeriodicTask('Auth', PAUSE_MS, () => this.endOld());

  constructor(
    private readonly audit: AuditLog,
    private readonly users: UsersRepository,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
    await this.end([...this.windows.keys()]);
  }

  async succeeded(userId: string, request: RequestOrigin): Promise<void> {
    await this.users
      .markLoggedIn(userId)
      .catch((error: Error) => this.logger.error(`The login of ${userId} was not noted: ${error.message}`));
    await this.write({ via: 'login', userId, request }, { action: 'login.succeeded', subjectId: userId });
  }

  async failed(userId: string, request: RequestOrigin): Promise<void> {
    await this.write({ via: 'login', request }, { action: 'login.failed', subjectId: userId });
  }

  /** @param session Its id; a login token has none. */
  async ended(by: Actor, userId: string, session?: string): Promise<void> {
    const details = session === undefined ? {} : { session };
    await this.write(by, { action: 'login.ended', subjectId: userId, details });
  }

  /** Ends the windows that are over. */
  async endOld(): Promise<void> {
    const over = this.clock.monotonic() - WINDOW_MS;
    await this.end([...this.windows].filter(([, { begunAt }]) => begunAt <= over).map(([key]) => key));
  }

  private async write(by: Actor, entry: AuditEntry & { action: LoginAction }): Promise<void> {
    const window = await this.windowOf(entry);
    if (window.written >= LINES_MAX) return void (window.counted += 1);
    window.written += 1;
    await this.audit.noteIfPossible(by, entry);
  }

  private async windowOf({ action, subjectId: userId }: AuditEntry & { action: LoginAction }): Promise<Window> {
    const key = `${action} ${userId}`;
    const known = this.windows.get(key);
    if (known && this.clock.monotonic() - known.begunAt < WINDOW_MS) return known;
    const window = { action, userId, begunAt: this.clock.monotonic(), written: 0, counted: 0 };
    const oldest = this.windows.keys().next().value;
    const ending = known ? [key] : this.windows.size >= WINDOWS_MAX ? [oldest!] : [];
    const ended = this.end(ending);
    this.windows.set(key, window);
    await ended;
    return window;
  }

  /** Forgets the windows, and writes down how many logins of each were only counted. */
  private async end(keys: string[]): Promise<void> {
    const ended = keys.map((key) => this.windows.get(key)!);
    for (const key of keys) this.windows.delete(key);
    for (const { action, userId, counted } of ended)
      if (counted > 0) await this.audit.noteIfPossible(GATEWAY, { action, subjectId: userId, details: { more: counted } });
  }
}
