import type { PausableTimer } from '../../common/concurrency/pausable-timer.js';
import type { CallClient, CallInput, ClientRequest, LogLevel, LogMessage, Progress } from '../source/call-context.js';

/** The caller's client, for a call whose time does not run while the client is asked: a person may think longer than a tool may take. */
export class PatientClient implements CallClient {
  readonly ask: (request: ClientRequest) => Promise<Record<string, unknown>>;
  private pending = 0;

  /** `ask`: the client's own. */
  constructor(
    private readonly client: CallClient,
    ask: NonNullable<CallClient['ask']>,
    timer: PausableTimer,
  ) {
    this.ask = (request) => {
      if (this.pending++ === 0) timer.pause();
      return ask(request).finally(() => {
        if (--this.pending === 0) timer.resume();
      });
    };
  }

  get capabilities(): Readonly<Record<string, unknown>> {
    return this.client.capabilities;
  }

  get input(): CallInput | undefined {
    return this.client.input;
  }

  get wantsProgress(): boolean {
    return this.client.wantsProgress;
  }

  get logLevel(): LogLevel | undefined {
    return this.client.logLevel;
  }

  get takesRounds(): boolean {
    return this.client.takesRounds;
  }

  progress(progress: Progress): void {
    this.client.progress(progress);
  }

  log(message: LogMessage): void {
    this.client.log(message);
  }

  elicitationCompleted(elicitationId: string): void {
    this.client.elicitationCompleted?.(elicitationId);
  }
}
