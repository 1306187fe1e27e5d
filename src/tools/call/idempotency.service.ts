import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { taskFormOf } from '../source/server-task.js';
import { callerIdOf } from '../../auth/access/principal.js';
import { canonicalJson } from '../../common/json.js';
import { canonicalText, exactJson } from '../../common/json-text/exact-json.js';
import { loggerFor } from '../../common/log-contexts.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { IdempotentCallsRepository, type EarlierCall, type IdempotentCall } from './idempotent-calls.repository.js';
import { keptText, replayedCall, type KeptResult, type RecordedCall } from './recorded-call.js';
import type { ToolCall, ToolOutcome, ToolRequest } from './tool-call.js';

/** A larger answer is not kept; the call is remembered, its result is not. */
const ANSWER_MAX_CHARS = 262_144;
const UPKEEP_PAUSE_MS = 30_000;
const VISIBLE_ASCII = /^[\x21-\x7e]{1,200}$/;

/**
 * An agent that did not hear the answer may ask again under the same idempotency key: the call runs and is charged
 * once, on whichever replica, and its answer is given again for ten minutes. A call whose outcome nobody knows keeps its key for as
 * long.
 */
@Injectable()
export class Idempotency implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = loggerFor('Idempotency');
  private readonly upkeep = new PeriodicTask('Idempotency', UPKEEP_PAUSE_MS, () => this.keepUp());
  /** Claims of calls that run here. */
  private readonly running = new Set<IdempotentCall>();

  constructor(private readonly calls: IdempotentCallsRepository) {}

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.upkeep.stop();
  }

  /**
   * Takes the key for the call, or gives the kept answer of the first call under it.
   * @throws BAD_REQUEST for what cannot be a key, CONFLICT for another call under the same key, and while the first one runs or when its answer is not known.
   */
  async claim(call: ToolCall, key: unknown): Promise<IdempotentCall | { answered: RecordedCall }> {
    if (typeof key !== 'string' || !VISIBLE_ASCII.test(key))
      throw new TallygateError('BAD_REQUEST', 'Idempotency-Key must be 1 to 200 visible ASCII characters.');
    const claim = { ...claimOf(call.request, key), callId: call.id };
    if (!(await this.calls.claim(claim))) return { answered: replay(claim, await this.calls.find(claim)) };
    this.running.add(claim);
    return claim;
  }

  /** Gives the key back: the call has had no effect, and may be tried again. Never rejects. */
  release(claim: IdempotentCall): Promise<void> {
    return this.end(claim, () => this.calls.release(claim));
  }

  /**
   * Keeps the answer of a call that has ended. One that was never sent gives its key back, and so does one that begins anew when its
   * client has been asked: the agent may try again. One of which nobody knows what it did, since it timed out or its record failed,
   * keeps its key without an answer, so that it is never run and charged twice.
   */
  async keep(
    claims: readonly IdempotentCall[],
    settling: Promise<RecordedCall>,
    { effect, errorCode }: ToolOutcome,
  ): Promise<RecordedCall> {
    const mayRepeat = effect === 'none' || errorCode === 'INPUT_REQUIRED';
    let answer: string | null = null;
    try {
      const recorded = await settling;
      if (effect === 'known' && recorded.json.result.length <= ANSWER_MAX_CHARS) answer = keptText(recorded);
      return recorded;
    } finally {
      for (const claim of claims) await (mayRepeat ? this.release(claim) : this.end(claim, () => this.calls.keep(claim, answer)));
    }
  }

  /** Renews what runs, and deletes all that is over. */
  async keepUp(): Promise<void> {
    if (this.running.size > 0) await this.calls.renew([...this.running]);
    await this.upkeep.untilDone(() => this.calls.deleteOld());
  }

  private end(claim: IdempotentCall, work: () => Promise<void>): Promise<void> {
    this.running.delete(claim);
    return this.quietly(work());
  }

  /** The call is recorded and its answer must leave, whether or not it can be given again. */
  private async quietly(work: Promise<void>): Promise<void> {
    await work.catch((error: Error) => this.logger.warn(`An idempotency key stays without an answer: ${error.message}`));
  }
}

/** Whether a request asks once more for the call that has made the claim. */
export function isRepetition(request: ToolRequest, { key, scope, fingerprint }: IdempotentCall): boolean {
  if (request.idempotencyKey !== key) return false;
  const asked = claimOf(request, key);
  return asked.scope === scope && asked.fingerprint === fingerprint;
}

function claimOf(
  { entry, principal, serverId, arguments: args, sent, client }: ToolRequest,
  key: string,
): Omit<IdempotentCall, 'callId'> {
  // The span's name tells prompts apart, which are all called by one method.
  const written = sent?.().params.get('arguments');
  const taskForm = taskFormOf({ client, sent });
  const called = [entry.spanName, serverId ?? null, written === undefined ? args : canonicalText(exactJson(written))];
  // A call that may become a task is another than one that may not: who asks for the one could not read the other.
  const asked = canonicalJson(taskForm ? [...called, taskForm] : called);
  return { scope: callerIdOf(principal), key, fingerprint: createHash('sha256').update(asked).digest('hex') };
}

const NO_ANSWER =
  'The first call with this idempotency key is still running, or ended without an answer: it timed out, its caller or its server went away, ' +
  'or the answer is too large to be kept. It may have had its effect, so it is not run again under this key. Ask again in a moment, or call ' +
  'with a new key to run it once more.';

/** The first call gave its key back in this very moment. */
const NOTHING_KEPT: EarlierCall = { fingerprint: null, answer: null };

function replay(claim: IdempotentCall, { fingerprint, answer }: EarlierCall = NOTHING_KEPT): RecordedCall {
  if (fingerprint !== null && fingerprint !== claim.fingerprint) {
    throw new TallygateError('CONFLICT', 'This idempotency key was used for another call. Use a new key for each call.');
  }
  if (answer === null) {
    throw new TallygateError('CONFLICT', NO_ANSWER, { retryAfterSeconds: 1 });
  }
  return replayedCall({ value: JSON.parse(answer) as KeptResult['value'], json: answer });
}
