import { ClientCannot, refuseUnlessAble } from '../../tools/source/ask-client.js';
import { InputRequired, type CallContext, type CallEffect, type ClientRequest } from '../../tools/source/call-context.js';
import type { Caller } from '../connection/caller.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import { LiveCaller } from './live-caller.js';

interface Question {
  request: ClientRequest;
  answer: (response: Record<string, unknown>) => void;
  refuse: (reason: Error) => void;
}

/**
 * A call by a client that is asked between rounds (MCP 2026-07-28) to a server that asks over its open connection (MCP before
 * that): the call goes on at the server, suspended while a question is open, and each round of the client waits for its outcome or
 * for its next question.
 */
export class SuspendedCall<T> extends LiveCaller {
  private readonly controller = new AbortController();
  private readonly questions = new Map<string, Question>();
  private readonly outcome: Promise<T>;
  private asked = 0;
  private effect: CallEffect = 'none';
  /** Ends the round that waits, if one does. */
  private onQuestion: () => void = () => undefined;

  constructor(context: CallContext, begin: (caller: Caller, signal: AbortSignal) => Promise<T>) {
    super(context);
    this.outcome = begin(this, this.controller.signal);
    this.outcome.catch(() => this.end());
  }

  /**
   * Gives the server the answers of this round, and waits.
   * @throws what the call fails with; `InputRequired`, with this state, when the server asks.
   */
  async round(context: CallContext, state: object): Promise<T> {
    this.context = context;
    context.onEffect?.(this.effect); // the call was sent in an earlier round
    this.answer(context.client.input?.responses ?? {});
    if (this.questions.size > 0) throw this.inputRequired(state);
    return new Promise<T>((resolve, reject) => {
      const leave = () => this.end();
      const finish = () => {
        context.signal.removeEventListener('abort', leave);
        this.onQuestion = () => undefined;
      };
      context.signal.addEventListener('abort', leave);
      this.onQuestion = () => {
        finish();
        reject(this.inputRequired(state));
      };
      this.outcome.then(resolve, reject).finally(finish);
    });
  }

  /** The caller does not come back: the server is told to stop, and its questions are refused. */
  end(): void {
    this.controller.abort(new UpstreamFailure('cancelled', 'The caller went away.'));
    for (const { refuse } of this.questions.values()) refuse(new ClientCannot('The caller went away.'));
    this.questions.clear();
  }

  override onEffect(effect: CallEffect): void {
    this.effect = effect;
    super.onEffect(effect);
  }

  override async ask(request: ClientRequest): Promise<Record<string, unknown>> {
    refuseUnlessAble(this.context.client.capabilities, request.method);
    const response = new Promise<Record<string, unknown>>((answer, refuse) =>
      this.questions.set(`question-${(this.asked += 1)}`, { request, answer, refuse }),
    );
    this.onQuestion();
    return response;
  }

  private answer(responses: Record<string, unknown>): void {
    for (const [name, { answer }] of this.questions) {
      if (!Object.hasOwn(responses, name)) continue;
      this.questions.delete(name);
      answer(responses[name] as Record<string, unknown>);
    }
  }

  private inputRequired(state: object): InputRequired {
    return new InputRequired(Object.fromEntries([...this.questions].map(([name, { request }]) => [name, request])), state);
  }
}
