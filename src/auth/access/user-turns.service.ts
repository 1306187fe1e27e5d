import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { TallygateError } from '../../common/tallygate-error.js';
import type { AuthenticatedRequest } from './current-principal.decorator.js';

/** Of one user at once, so that nobody takes all connections to PostgreSQL from the others. */
const RUNNING_MAX = 4;
const WAITING_MAX = 1_000;

interface Turns {
  running: number;
  waiting: (() => void)[];
}

/** Work that users cause before, or without, a limit of theirs: a few pieces of each at once, the others wait in order, in memory. */
@Injectable()
export class UserTurns {
  private readonly users = new Map<string, Turns>();

  /** @throws OVERLOADED when too many of the user's wait already; what the work throws */
  async run<T>(user: string, work: () => Promise<T>): Promise<T> {
    await this.enter(user);
    try {
      return await work();
    } finally {
      this.leave(user);
    }
  }

  private enter(user: string): Promise<void> | undefined {
    const turns = this.users.get(user) ?? { running: 0, waiting: [] };
    if (turns.running < RUNNING_MAX) {
      this.users.set(user, turns);
      turns.running += 1;
      return undefined;
    }
    if (turns.waiting.length >= WAITING_MAX)
      throw new TallygateError('OVERLOADED', 'Too many requests of yours are on their way. Send fewer at once.', {
        retryAfterSeconds: 1,
      });
    return new Promise((resolve) => turns.waiting.push(resolve));
  }

  private leave(user: string): void {
    const turns = this.users.get(user)!;
    const next = turns.waiting.shift();
    if (next) return next();
    turns.running -= 1;
    if (turns.running === 0) this.users.delete(user);
  }
}

/** A handler of REST runs in a turn of its user. */
@Injectable()
export class InUserTurn implements NestInterceptor {
  constructor(private readonly turns: UserTurns) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    return from(this.turns.run(principal.userId, () => lastValueFrom(next.handle(), { defaultValue: undefined })));
  }
}
