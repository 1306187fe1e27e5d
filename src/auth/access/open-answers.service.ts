import {
  createParamDecorator,
  Injectable,
  type ExecutionContext,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AuthChangeFeed } from '../changes/auth-change-feed.js';
import { EVERYTHING, type AuthChangeListener } from '../changes/auth-change.js';
import { JwtGuard } from '../login/jwt.guard.js';
import type { AuthenticatedRequest } from './current-principal.decorator.js';
import { ScopeGuard } from './scope.guard.js';

/** Between two looks at all answers: for what nobody tells of, such as a login that expires. */
const PAUSE_MS = 15_000;

/** The request of an answer that stays open, as guards see it. */
export const OpenRequest = createParamDecorator((_: unknown, context: ExecutionContext) => context);

/** What was opened, and what ends it. */
interface OpenAnswer {
  context: ExecutionContext;
  end: () => void;
}

/**
 * Answers that stay open (`@Authenticated()`): each ends when what its request was admitted with no longer counts: its session ended,
 * its user was switched off or may not any more. The guards themselves are asked again, whenever the feed tells of a change of the user.
 */
@Injectable()
export class OpenAnswers implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly open = new Set<OpenAnswer>();
  private readonly scopes: ScopeGuard;
  private readonly task = new PeriodicTask('Auth', PAUSE_MS, () => this.look(EVERYTHING));

  constructor(
    private readonly guard: JwtGuard,
    private readonly feed: AuthChangeFeed,
    reflector: Reflector,
  ) {
    this.scopes = new ScopeGuard(reflector);
  }

  onApplicationBootstrap(): void {
    this.feed.onChange((changes) => void this.look(changes));
    this.task.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** Calls `end` once the request would be refused, until the returned function is called. */
  watch(context: ExecutionContext, end: () => void): () => void {
    const answer = { context, end };
    this.open.add(answer);
    return () => void this.open.delete(answer);
  }

  private async look(changes: Parameters<AuthChangeListener>[0]): Promise<void> {
    const userOf = ({ context }: OpenAnswer) => context.switchToHttp().getRequest<AuthenticatedRequest>().principal.userId;
    const asked = [...this.open].filter((answer) => changes === EVERYTHING || changes.users.has(userOf(answer)));
    await Promise.all(asked.map((answer) => this.ask(answer)));
  }

  private async ask({ context, end }: OpenAnswer): Promise<void> {
    try {
      await this.guard.canActivate(context);
      this.scopes.canActivate(context);
    } catch (error) {
      if (isRefusal(error)) end();
    }
  }
}

/** While PostgreSQL is away nobody can say, and nothing new is told; the feed tells of all once it is back. */
const isRefusal = (error: unknown): boolean =>
  error instanceof TallygateError && error.status < 500 && error.code !== 'RATE_LIMITED';
