import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { KeyAdmission } from '../../api-keys/verification/key-admission.service.js';
import { Clock } from '../../common/clock.js';
import { endedWithin } from '../../common/concurrency/deadline.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { isObject } from '../../common/json.js';
import { loggerFor } from '../../common/log-contexts.js';
import { isRepetition } from '../call/idempotency.service.js';
import { failed, type ToolOutcome, type ToolRequest } from '../call/tool-call.js';
import type { RecordedCall } from '../call/recorded-call.js';
import { ToolRunner } from '../call/tool-runner.service.js';
import { QuestionRefused } from '../source/ask-client.js';
import { SuspendedCall, type SuspendedCallOptions, type SuspendedState } from './suspended-call.js';

/** How long a call waits for its caller's next round, and through all rounds; and how many calls may wait, of one user and in all. */
const SUSPENDED_MAX_MS = 5 * 60_000;
const ALL_ROUNDS_MAX_MS = 60 * 60_000;
const SUSPENDED_PER_USER_MAX = 16;
const SUSPENDED_MAX = 1_000;
/** Pause between two looks whether the keys of callers who are waited for still work. */
const CHECK_PAUSE_MS = 1_000;
/** At the end of the process: a tool whose caller has gone may take a second, and its settlement a few. */
const GIVEN_UP_MAX_MS = 8_000;

/** What answers that wait for their callers may take in memory, all and each, bytes; a character of JSON is taken for four. */
const ANSWERS_MAX_BYTES = 64 * 1024 * 1024;
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;
const BYTES_PER_CHAR = 4;

const GONE =
  'The server no longer waits for your answer: the call was given up, has ended, or waits on another replica. ' +
  'Call again from the start to run it once more.';
const TOO_LONG = 'This call has waited for answers for an hour.';
const TOO_MANY = 'Too many of your calls wait for your answers. Answer or cancel those first.';

interface Suspended {
  call: SuspendedCall;
  callerId: string;
  userId: string;
  keyId: string | undefined;
  deadline: NodeJS.Timeout;
}

/** Calls that go on while their client is asked between two rounds, until it comes back, or for five minutes. */
@Injectable()
export class SuspendedCalls implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = loggerFor('Tools');
  private readonly suspended = new Map<string, Suspended>();
  /** Calls that have ended between two rounds, for the next one. */
  private readonly ended = new LRUCache<string, { callerId: string; recorded: RecordedCall }>({
    maxSize: ANSWERS_MAX_BYTES,
    maxEntrySize: ANSWER_MAX_BYTES,
    sizeCalculation: ({ recorded }) => 1 + BYTES_PER_CHAR * recorded.json.result.length,
    ttl: SUSPENDED_MAX_MS,
  });
  private readonly settling = new Set<Promise<unknown>>();
  private readonly task = new PeriodicTask('Suspended calls', CHECK_PAUSE_MS, () => this.giveUpOfEndedKeys());
  private isClosed = false;

  constructor(
    private readonly runner: ToolRunner,
    private readonly keys: KeyAdmission,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.task.start();
  }

  /** Nobody can come back any more. Tools are told to stop, and what they have finished is charged and recorded. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    await this.task.stop();
    await this.giveUpAll();
  }

  /**
   * Runs a call whose tool may ask its client between rounds. Never rejects. Gives `isSuspended` where the call goes on: the next
   * round finds it by `resume`.
   */
  begin({ call, claim, settle }: Pick<SuspendedCallOptions, 'call' | 'claim' | 'settle'>): Promise<ToolOutcome> {
    const { request, entry, span } = call;
    if (idIn(request.client.input?.state) !== undefined) return Promise.resolve(failed(entry, 'INVALID_ARGUMENTS', GONE));
    const one: SuspendedCall = new SuspendedCall({
      call,
      claim,
      onSuspend: (suspended) => this.suspend(suspended),
      settle: (...ending) => {
        const work = settle(...ending);
        void this.keepAnswer(one, work);
        return work;
      },
    });
    return one.begin((run) => this.runner.run(run, span));
  }

  /** The call that this request goes on with: the one whose state it brings, or the one it repeats under an idempotency key. */
  find(request: ToolRequest): SuspendedCall | undefined {
    if (this.suspended.size === 0) return undefined;
    const id = idIn(request.client.input?.state) ?? this.repeatedBy(request);
    const found = id === undefined ? undefined : this.suspended.get(id);
    return found?.callerId === callerIdOf(request) ? found.call : undefined;
  }

  /** The answer to a request whose call has ended since its last round. */
  answerTo(request: ToolRequest): RecordedCall | undefined {
    const id = idIn(request.client.input?.state);
    const found = id === undefined ? undefined : this.ended.get(id);
    return found?.callerId === callerIdOf(request) ? found.recorded : undefined;
  }

  /** Begins another round of a call that was found. False when it is not suspended any more: another round was first. */
  resume({ id }: SuspendedCall, request: ToolRequest): boolean {
    const found = this.suspended.get(id);
    if (!found) return false;
    if (!found.call.isLeftOpenBy(request)) this.take(id);
    return true;
  }

  /** Gives a call up whose caller has not heard that it waits for them. */
  async abandon(id: string): Promise<void> {
    await this.take(id)?.call.giveUp();
  }

  /** Gives up all that wait, and waits for their settlements. */
  async giveUpAll(): Promise<void> {
    const ends = [...this.suspended.keys()].map((id) => this.abandon(id));
    await endedWithin(Promise.all(ends), GIVEN_UP_MAX_MS);
    await endedWithin(Promise.allSettled(this.settling), GIVEN_UP_MAX_MS);
  }

  /** @throws QuestionRefused when too many wait already, or nobody could come back. */
  private suspend(call: SuspendedCall): void {
    if (this.suspended.has(call.id)) return;
    const { principal } = call.request;
    const msLeft = ALL_ROUNDS_MAX_MS - (this.clock.monotonic() - call.begunAt);
    if (this.isClosed) throw new QuestionRefused('The gateway is about to stop.');
    if (msLeft <= 0) throw new QuestionRefused(TOO_LONG);
    if (this.isFullFor(principal.userId)) throw new QuestionRefused(TOO_MANY);
    const deadline = setTimeout(() => void this.abandon(call.id), Math.min(SUSPENDED_MAX_MS, msLeft)).unref();
    const callerId = callerIdOf(call.request);
    this.suspended.set(call.id, { call, callerId, userId: principal.userId, keyId: principal.apiKey?.id, deadline });
  }

  private isFullFor(userId: string): boolean {
    if (this.suspended.size >= SUSPENDED_MAX) return true;
    let own = 0;
    for (const one of this.suspended.values()) if (one.userId === userId) own += 1;
    return own >= SUSPENDED_PER_USER_MAX;
  }

  private repeatedBy(request: ToolRequest): string | undefined {
    for (const { call, callerId } of this.suspended.values())
      if (callerId === callerIdOf(request) && call.claims.some((claim) => isRepetition(request, claim))) return call.id;
    return undefined;
  }

  /** A caller whose key was revoked or expired cannot come back. While PostgreSQL is away, only the deadline counts. */
  private async giveUpOfEndedKeys(): Promise<void> {
    const keyIds = new Set([...this.suspended.values()].flatMap(({ keyId }) => keyId ?? []));
    if (keyIds.size === 0) return;
    const working = await this.keys.workingAmong(keyIds).catch(() => keyIds);
    for (const [id, { keyId }] of this.suspended)
      if (keyId !== undefined && keyIds.has(keyId) && !working.has(keyId)) void this.abandon(id);
  }

  private take(id: string): Suspended | undefined {
    const found = this.suspended.get(id);
    clearTimeout(found?.deadline);
    this.suspended.delete(id);
    return found;
  }

  /** A call has ended while no round waits: its answer is kept for the next one, as far as there is room. */
  private async keepAnswer(call: SuspendedCall, work: Promise<RecordedCall>): Promise<void> {
    this.settling.add(work);
    try {
      this.ended.set(call.id, { callerId: callerIdOf(call.request), recorded: await work });
    } catch (error) {
      this.logger.error(`A call that ended while its client was asked is not recorded: ${(error as Error).message}`);
    } finally {
      this.settling.delete(work);
      this.take(call.id);
    }
  }
}

const callerIdOf = ({ principal }: ToolRequest): string => `${principal.userId}/${principal.apiKey?.id ?? ''}`;

const idIn = (state: unknown): string | undefined =>
  isObject(state) && typeof state['suspended'] === 'string' ? (state as unknown as SuspendedState).suspended : undefined;
