import type { IdempotentCall } from '../call/idempotent-calls.repository.js';
import { Cancellation } from '../../common/concurrency/cancellation.js';
import { failed, type ToolCall, type ToolOutcome, type ToolRequest } from '../call/tool-call.js';
import type { RecordedCall } from '../call/recorded-call.js';
import { ClientCannot, refuseUnlessAble } from '../source/ask-client.js';
import { InputRequired, type CallClient, type ClientRequest } from '../source/call-context.js';
import { ForwardingClient } from './forwarding-client.js';

interface Question {
  request: ClientRequest;
  answer: (response: Record<string, unknown>) => void;
  refuse: (reason: Error) => void;
}

/** What the client of a suspended call hands back in its next round. */
export interface SuspendedState {
  suspended: string;
}

export interface SuspendedCallOptions {
  /** The first round, whose id names the call: under it the price is held, and charged. */
  call: ToolCall;
  /** The idempotency key it has claimed. */
  claim: IdempotentCall | undefined;
  /** Called before each question; throws when the call may not be suspended. */
  onSuspend: (suspended: SuspendedCall) => void;
  /** Charges and records a call that ends while no round waits for it. */
  settle: (call: ToolCall, outcome: ToolOutcome, claims: readonly IdempotentCall[]) => Promise<RecordedCall>;
}

/**
 * A call by a client that is asked between rounds (MCP 2026-07-28), of a tool that asks while it runs: one run through all rounds,
 * with one price held, of which each round waits for the end or for the next question. This is the client that the tool talks to.
 */
export class SuspendedCall extends ForwardingClient {
  readonly id: string;
  /** The idempotency keys of its rounds, each of which is of this call alone. */
  readonly claims: IdempotentCall[];
  /** Monotonic clock, ms. */
  readonly begunAt: number;
  /** Once the call has ended between two rounds: what the next one is answered. */
  answered: Promise<RecordedCall> | undefined;
  protected client: CallClient;
  private readonly options: SuspendedCallOptions;
  private readonly cancellation = new Cancellation();
  private readonly questions = new Map<string, Question>();
  private asked = 0;
  /** The round that waits, or the last one that did. */
  private round: ToolCall;
  /** Ends the round that waits; undefined while none does. */
  private endRound: ((outcome: ToolOutcome) => void) | undefined;
  private over: Promise<void> = Promise.resolve();

  constructor(options: SuspendedCallOptions) {
    super();
    this.options = options;
    this.round = options.call;
    this.id = options.call.id;
    this.begunAt = options.call.startedAtMonotonic;
    this.claims = options.claim ? [options.claim] : [];
    this.client = options.call.request.client;
  }

  /** Of the round that waits, or did last. */
  get request(): ToolRequest {
    return this.round.request;
  }

  /** A later round as one of this call: who pays, and how much, was decided in the first. */
  roundOf(request: ToolRequest): ToolRequest {
    const { entry, principal } = this.options.call.request;
    return { ...request, entry, principal };
  }

  /** Runs the tool. Gives what the first round came to: the end, or a question. */
  begin(run: (request: ToolRequest) => Promise<ToolOutcome>): Promise<ToolOutcome> {
    const first = this.wait();
    const request = { ...this.request, cancellation: this.cancellation, client: this };
    this.over = run(request).then((outcome) => this.end(outcome));
    return first;
  }

  /** Gives the tool the answers of this round, and waits. */
  next(round: ToolCall): Promise<ToolOutcome> {
    this.round = round;
    this.client = round.request.client;
    const responses = responsesOf(round.request);
    for (const [name, { answer }] of this.questions) {
      if (!Object.hasOwn(responses, name)) continue;
      this.questions.delete(name);
      answer(responses[name] as Record<string, unknown>);
    }
    return this.questions.size === 0 ? this.wait() : Promise.resolve(this.openQuestions());
  }

  /** Whether a round does not answer all questions, so that the call stays suspended. */
  isLeftOpenBy(request: ToolRequest): boolean {
    const responses = responsesOf(request);
    return [...this.questions.keys()].some((name) => !Object.hasOwn(responses, name));
  }

  /** Asks in the round that waits, or in the next one. */
  readonly ask = async (request: ClientRequest): Promise<Record<string, unknown>> => {
    refuseUnlessAble(this, request.method);
    if (this.cancellation.isCancelled) throw new ClientCannot('The caller went away.');
    this.options.onSuspend(this);
    const response = new Promise<Record<string, unknown>>((answer, refuse) =>
      this.questions.set(`question-${(this.asked += 1)}`, { request, answer, refuse }),
    );
    this.endRound?.(this.openQuestions());
    return response;
  };

  /**
   * The caller does not come back: the tool may finish as that of any caller who has gone, and is told to stop then. Resolves when it
   * has ended, its settlement begun.
   */
  giveUp(): Promise<void> {
    this.cancellation.cancel();
    return this.over;
  }

  private wait(): Promise<ToolOutcome> {
    return new Promise<ToolOutcome>((resolve) => {
      const endRound = (outcome: ToolOutcome) => {
        this.endRound = undefined;
        resolve(outcome);
      };
      this.endRound = endRound;
      this.request.cancellation.onCancel((reason) => {
        if (this.endRound === endRound) this.cancellation.cancel(reason);
      });
    });
  }

  private end(outcome: ToolOutcome): void {
    for (const { refuse } of this.questions.values()) refuse(new ClientCannot('The call is over.'));
    this.questions.clear();
    if (this.endRound) this.endRound(outcome);
    else this.answered = this.options.settle(this.round, outcome, this.claims);
  }

  private openQuestions(): ToolOutcome {
    const state: SuspendedState = { suspended: this.id };
    const requests = Object.fromEntries([...this.questions].map(([name, { request }]) => [name, request]));
    const inputRequired = new InputRequired(requests, state);
    const asked = failed(this.round.entry, 'INPUT_REQUIRED', inputRequired.message, 'unknown');
    return { ...asked, inputRequired, isSuspended: true };
  }
}

const responsesOf = ({ client }: ToolRequest): Record<string, unknown> => client.input?.responses ?? {};
