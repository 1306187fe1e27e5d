import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { KeyAdmission } from '../../api-keys/verification/key-admission.service.js';
import { endedWithin } from '../../common/concurrency/deadline.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { isObject } from '../../common/json.js';
import { loggerFor } from '../../common/log-contexts.js';
import { isRepetition } from '../call/idempotency.service.js';
import { failed, type ToolOutcome, type ToolRequest } from '../call/tool-call.js';
import { ToolRunner } from '../call/tool-runner.service.js';
import { ClientCannot } from '../source/ask-client.js';
import { SuspendedCall, type SuspendedCallOptions, type SuspendedState } from './suspended-call.js';

/** How long a call waits for its caller's next round; and how many calls may wait, of one user and in all. */
const SUSPENDED_MAX_MS = 5 * 60_000;
const SUSPENDED_PER_USER_MAX = 16;
const SUSPENDED_MAX = 1_000;
/** Pause between two looks whether the keys of callers who are waited for still work. */
const CHECK_PAUSE_MS = 1_000;
/** At the end of the process: a tool whose caller has gone may take a second, and its settlement a few. */
const GIVEN_UP_MAX_MS = 8_000;

const GONE = 'The server no longer waits for your answer, or waits on another replica. Call again from the start.';
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
  private readonly settling = new Set<Promise<unknown>>();
  private readonly task = new PeriodicTask('Suspended calls', CHECK_PAUSE_MS, () => this.giveUpOfEndedKeys());
  private isClosed = false;

  constructor(
    private readonly runner: ToolRunner,
    private readonly keys: KeyAdmission,
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
    const one = new SuspendedCall({
      call,
      claim,
      onSuspend: (suspended) => this.suspend(suspended),
      settle: (round, outcome) => this.settled(settle(round, outcome)),
    });
    return one.begin((run) => this.runner.run(run, span));
  }

  /** The call that this request goes on with: the one whose state it brings, or the one it repeats under an idempotency key. */
  resume(request: ToolRequest): SuspendedCall | undefined {
    if (this.suspended.size === 0) return undefined;
    const id = idIn(request.client.input?.state) ?? this.repeatedBy(request);
    const found = id === undefined ? undefined : this.suspended.get(id);
    if (found?.callerId !== callerIdOf(request)) return undefined;
    if (found.call.isLeftOpenBy(request)) found.deadline.refresh();
    else this.take(found.call.id);
    return found.call;
  }

  /** Gives up all that wait, and waits for their settlements. */
  async giveUpAll(): Promise<void> {
    const ends = [...this.suspended.keys()].map((id) => this.giveUp(id));
    await endedWithin(Promise.all(ends), GIVEN_UP_MAX_MS);
    await endedWithin(Promise.allSettled(this.settling), GIVEN_UP_MAX_MS);
  }

  /** @throws ClientCannot when too many wait already, or nobody could come back. */
  private suspend(call: SuspendedCall): void {
    if (this.suspended.has(call.id)) return;
    if (this.isClosed) throw new ClientCannot('The gateway is about to stop.');
    const { principal } = call.request;
    this.makeRoom(principal.userId);
    const deadline = setTimeout(() => void this.giveUp(call.id), SUSPENDED_MAX_MS).unref();
    const callerId = callerIdOf(call.request);
    this.suspended.set(call.id, { call, callerId, userId: principal.userId, keyId: principal.apiKey?.id, deadline });
  }

  /** Calls that have ended while nobody waited make room for those that have not. */
  private makeRoom(userId: string): void {
    const all = [...this.suspended.values()];
    const mine = all.filter((one) => one.userId === userId);
    for (const [these, max] of [
      [mine, SUSPENDED_PER_USER_MAX],
      [all, SUSPENDED_MAX],
    ] as const) {
      if (these.length < max) continue;
      const ended = these.find(({ call }) => call.answered !== undefined);
      if (!ended) throw new ClientCannot(TOO_MANY);
      this.take(ended.call.id);
    }
  }

  private repeatedBy(request: ToolRequest): string | undefined {
    for (const { call, callerId } of this.suspended.values())
      if (call.claim && callerId === callerIdOf(request) && isRepetition(request, call.claim)) return call.id;
    return undefined;
  }

  /** A caller whose key was revoked or expired cannot come back. While PostgreSQL is away, only the deadline counts. */
  private async giveUpOfEndedKeys(): Promise<void> {
    const keyIds = new Set([...this.suspended.values()].flatMap(({ keyId }) => keyId ?? []));
    if (keyIds.size === 0) return;
    const working = await this.keys.workingAmong(keyIds).catch(() => keyIds);
    for (const [id, { keyId }] of this.suspended)
      if (keyId !== undefined && keyIds.has(keyId) && !working.has(keyId)) void this.giveUp(id);
  }

  /** Resolves when the tool has ended; its settlement is among `settling` then. */
  private async giveUp(id: string): Promise<void> {
    await this.take(id)?.call.giveUp();
  }

  private take(id: string): Suspended | undefined {
    const found = this.suspended.get(id);
    clearTimeout(found?.deadline);
    this.suspended.delete(id);
    return found;
  }

  /** A settlement that nobody may wait for. */
  private settled<T>(work: Promise<T>): Promise<T> {
    this.settling.add(work);
    work
      .catch((error: Error) =>
        this.logger.error(`A call that ended while its client was asked is not recorded: ${error.message}`),
      )
      .finally(() => this.settling.delete(work));
    return work;
  }
}

const callerIdOf = ({ principal }: ToolRequest): string => `${principal.userId}/${principal.apiKey?.id ?? ''}`;

const idIn = (state: unknown): string | undefined =>
  isObject(state) && typeof state['suspended'] === 'string' ? (state as unknown as SuspendedState).suspended : undefined;
