import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../common/json.js';
import { loggerFor } from '../../common/log-contexts.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { IdempotentCallsRepository, type EarlierCall, type IdempotentCall } from './idempotent-calls.repository.js';
import type { ToolCall, ToolOutcome } from './tool-call.js';
import type { RecordedCall, RecordedResult } from './usage-record.js';

/** A larger answer is not kept; the call is remembered, its result is not. */
const ANSWER_MAX_CHARS = 262_144;
const CLEANUP_PAUSE_MS = 30_000;
const VISIBLE_ASCII = /^[\x21-\x7e]{1,200}$/;

/**
 * An agent that did not hear the answer may ask again under the same idempotency key: the call runs and is charged
 * once, on whichever replica, and its answer is given again for ten minutes.
 */
@Injectable()
export class Idempotency implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = loggerFor('Idempotency');
  private readonly cleanup = new PeriodicTask('Idempotency', CLEANUP_PAUSE_MS, () => this.calls.deleteOld());

  constructor(private readonly calls: IdempotentCallsRepository) {}

  onApplicationBootstrap(): void {
    this.cleanup.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.cleanup.stop();
  }

  /**
   * Takes the key for the call, or gives the kept answer of the first call under it.
   * @throws BAD_REQUEST for what cannot be a key, CONFLICT for another call under the same key, and while the first one runs or when its answer is not known.
   */
  async claim(call: ToolCall, key: unknown): Promise<IdempotentCall | { answered: RecordedCall }> {
    if (typeof key !== 'string' || !VISIBLE_ASCII.test(key))
      throw new TallygateError('BAD_REQUEST', 'Idempotency-Key must be 1 to 200 visible ASCII characters.');
    const claim = claimOf(call, key);
    if (await this.calls.claim(claim)) return claim;
    return { answered: { result: replay(claim, await this.calls.find(claim)) } };
  }

  /** Gives the key back: the call has not run, and may be tried again. Never rejects. */
  release(claim: IdempotentCall): Promise<void> {
    return this.quietly(this.calls.release(claim));
  }

  /**
   * Keeps the answer of a call that has ended. A call whose record failed keeps its key without an answer, so that it can never be
   * run and charged again. One that did not run, or failed without being charged, gives it back: the agent may try again.
   */
  async keep(claim: IdempotentCall, settling: Promise<RecordedCall>, { hasNotRun }: ToolOutcome): Promise<RecordedCall> {
    try {
      const recorded = await settling;
      await this.quietly(failedForFree(recorded) ? this.calls.release(claim) : this.keepAnswer(claim, recorded.result));
      return recorded;
    } catch (error) {
      if (hasNotRun) await this.release(claim);
      throw error;
    }
  }

  private async keepAnswer(claim: IdempotentCall, answer: RecordedResult): Promise<void> {
    const json = JSON.stringify(answer);
    if (json.length <= ANSWER_MAX_CHARS) await this.calls.keep(claim, json);
  }

  /** The call is recorded and its answer must leave, whether or not it can be given again. */
  private async quietly(work: Promise<void>): Promise<void> {
    await work.catch((error: Error) => this.logger.warn(`An idempotency key stays without an answer: ${error.message}`));
  }
}

const failedForFree = ({ result, errorCode }: RecordedCall): boolean =>
  errorCode !== undefined && result._meta['tallygate/usage'].credits_charged === 0;

function claimOf({ entry, request }: ToolCall, key: string): IdempotentCall {
  const { principal } = request;
  // The span's name tells prompts apart, which are all called by one method.
  const asked = canonicalJson([entry.spanName, request.serverId ?? null, request.arguments]);
  return { scope: principal.apiKey?.id ?? principal.userId, key, fingerprint: createHash('sha256').update(asked).digest('hex') };
}

/** The first call gave its key back in this very moment. */
const NOTHING_KEPT: EarlierCall = { fingerprint: null, answer: null };

function replay(claim: IdempotentCall, { fingerprint, answer }: EarlierCall = NOTHING_KEPT): RecordedResult {
  if (fingerprint !== null && fingerprint !== claim.fingerprint) {
    throw new TallygateError('CONFLICT', 'This idempotency key was used for another call. Use a new key for each call.');
  }
  if (answer === null) {
    const words = 'The first call with this idempotency key is still running, or ended without an answer that could be kept.';
    throw new TallygateError('CONFLICT', words, { retryAfterSeconds: 1 });
  }
  const first = JSON.parse(answer) as RecordedResult;
  return { ...first, _meta: { ...first._meta, 'tallygate/replayed': true } };
}
