import { Injectable, type BeforeApplicationShutdown, type ExecutionContext, type OnApplicationBootstrap } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../../auth/access/current-principal.decorator.js';
import { OpenAnswers } from '../../auth/access/open-answers.service.js';
import { Clock } from '../../common/clock.js';
import { Counts } from '../../common/concurrency/counts.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { CallStream, isGone } from './call-stream.js';
import { isWanted, type AllCallsStreamQuery, type CallStreamQuery } from './call-stream.dto.js';
import { CallTail } from './call-tail.service.js';
import { placeOf } from './outbox-place.js';

/** Of a user in this process; a browser keeps six connections to a host. */
const OF_USER_MAX = 4;
const OPEN_MAX = 200;
const COMMENT_MS = 15_000;
const RETRY_SECONDS = 10;

/** All streams of calls of this process: how many there may be, and how each ends. */
@Injectable()
export class CallStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** With what releases each; it may be called twice. */
  private readonly streams = new Map<CallStream, () => void>();
  private readonly counts = new Counts();
  private readonly task = new PeriodicTask('Streams', COMMENT_MS, () => this.keepAlive());
  private isStopping = false;

  constructor(
    private readonly tail: CallTail,
    private readonly answers: OpenAnswers,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  /** Before the listeners close, which wait for every open response. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const stream of this.streams.keys()) stream.end();
    await this.task.stop();
  }

  get count(): number {
    return this.streams.size;
  }

  /** The caller's own calls. @throws RATE_LIMITED, OVERLOADED, UNAVAILABLE */
  openOwn(context: ExecutionContext, response: Response, query: CallStreamQuery): Promise<void> {
    return this.open(context, response, { query, userId: callerOf(context), showsUser: false });
  }

  /** Everybody's calls, or those of a user. @throws RATE_LIMITED, OVERLOADED, UNAVAILABLE */
  openAll(context: ExecutionContext, response: Response, query: AllCallsStreamQuery): Promise<void> {
    return this.open(context, response, { query, userId: query.user_id, showsUser: true });
  }

  private async open(
    context: ExecutionContext,
    response: Response,
    { query, ...whose }: { query: CallStreamQuery; userId: string | undefined; showsUser: boolean },
  ): Promise<void> {
    const caller = callerOf(context);
    const request = context.switchToHttp().getRequest<Request>();
    this.demandRoom(caller);
    if (request.method === 'HEAD') return CallStream.head(response);
    const { after, isKnown } = await this.tail.beginning(placeOf(request.get('Last-Event-ID')));
    this.demandRoom(caller); // others may have come meanwhile
    if (isGone(response)) return; // while the guards or the tail asked; its `close` has been
    const stream = new CallStream(response, { ...whose, after, isWanted: (event) => isWanted(query, event) });
    if (!isKnown) stream.skip();
    const leave = this.enter(stream, caller, [this.tail.follow(stream), this.answers.watch(context, () => stream.end())]);
    response.once('close', leave);
  }

  private enter(stream: CallStream, caller: string, ends: (() => void)[]): () => void {
    const leave = () => {
      if (!this.streams.delete(stream)) return;
      this.counts.add(caller, -1);
      for (const end of ends) end();
    };
    this.streams.set(stream, leave);
    this.counts.add(caller, 1);
    return leave;
  }

  private demandRoom(caller: string): void {
    const wait = { retryAfterSeconds: RETRY_SECONDS };
    if (this.isStopping) throw new TallygateError('UNAVAILABLE', 'The gateway is stopping.', wait);
    if (this.counts.of(caller) >= OF_USER_MAX)
      throw new TallygateError('RATE_LIMITED', `${OF_USER_MAX} streams of calls of yours are open. Close one first.`, wait);
    if (this.streams.size >= OPEN_MAX)
      throw new TallygateError('OVERLOADED', `${OPEN_MAX} streams of calls are open. Wait until one has ended.`, wait);
  }

  private keepAlive(): Promise<void> {
    const now = this.clock.monotonic();
    for (const [stream, leave] of this.streams) {
      if (stream.isGone) leave();
      else stream.keepAlive(now);
    }
    return Promise.resolve();
  }
}

const callerOf = (context: ExecutionContext): string =>
  context.switchToHttp().getRequest<AuthenticatedRequest>().principal.userId;
