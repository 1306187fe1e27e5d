import { refuseUnlessAble, ClientCannot } from '../../tools/source/ask-client.js';
import {
  InputRequired,
  type CallContext,
  type ClientRequest,
  type LogLevel,
  type LogMessage,
  type Progress,
} from '../../tools/source/call-context.js';
import type { TraceContext } from '../../telemetry/trace-context.js';
import type { CallerSide } from '../connection/caller.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';

const ASKABLE = ['elicitation', 'sampling', 'roots'] as const;

/** The caller of one call, who is told and asked over the open response, if at all. */
export class LiveCaller implements CallerSide {
  constructor(protected context: CallContext) {}

  get capabilities(): Record<string, unknown> {
    const { client } = this.context;
    if (!client.ask && !client.takesRounds) return {};
    return Object.fromEntries(ASKABLE.flatMap((name) => (client.capabilities[name] ? [[name, client.capabilities[name]]] : [])));
  }

  get wantsProgress(): boolean {
    return this.context.client.wantsProgress;
  }

  get logLevel(): LogLevel | undefined {
    return this.context.client.logLevel;
  }

  get trace(): TraceContext | undefined {
    return this.context.trace;
  }

  progress(progress: Progress): void {
    this.context.client.progress(progress);
  }

  log(message: LogMessage): void {
    this.context.client.log(message);
  }

  elicitationCompleted(elicitationId: string): void {
    this.context.client.elicitationCompleted?.(elicitationId);
  }

  async ask(request: ClientRequest): Promise<Record<string, unknown>> {
    const { client } = this.context;
    refuseUnlessAble(client.capabilities, request.method);
    if (!client.ask) throw new ClientCannot('The caller cannot be asked: their client gives no way to.');
    return client.ask(request);
  }
}

interface Question {
  request: ClientRequest;
  answer: (response: Record<string, unknown>) => void;
  refuse: (reason: Error) => void;
}

/**
 * The caller of a call to a server that asks over its open connection (MCP before 2026-07-28), where the client is asked
 * between rounds (2026-07-28): the call stays at work, and each round of the client's takes part in it for a while.
 */
export class Conversation<T> extends LiveCaller {
  private readonly controller = new AbortController();
  private readonly questions = new Map<string, Question>();
  private readonly outcome: Promise<T>;
  private asked = 0;
  /** Ends the round; between rounds there is nothing to end. */
  private onQuestion: () => void = () => undefined;

  constructor(context: CallContext, begin: (side: CallerSide, signal: AbortSignal) => Promise<T>) {
    super(context);
    this.outcome = begin(this, this.controller.signal);
    this.outcome.catch(() => this.end());
  }

  /** @throws what the call fails with; `InputRequired`, with this state, when the server asks. */
  async round(context: CallContext, state: object): Promise<T> {
    this.context = context;
    this.answer(context.client.input?.responses ?? {});
    if (this.questions.size > 0) throw this.inputRequired(state);
    return new Promise<T>((resolve, reject) => {
      const leave = () => this.end();
      const done = () => {
        context.signal.removeEventListener('abort', leave);
        this.onQuestion = () => undefined;
      };
      context.signal.addEventListener('abort', leave);
      this.onQuestion = () => {
        done();
        reject(this.inputRequired(state));
      };
      this.outcome.then(resolve, reject).finally(done);
    });
  }

  /** The caller does not come back: the server is told to stop, and nothing waits for an answer any more. */
  end(): void {
    this.controller.abort(new UpstreamFailure('cancelled', 'The caller went away.'));
    for (const { refuse } of this.questions.values()) refuse(new ClientCannot('The caller went away.'));
    this.questions.clear();
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
