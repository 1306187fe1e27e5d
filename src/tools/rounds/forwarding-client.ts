import type { CallClient, CallInput, LogLevel, LogMessage, Progress } from '../source/call-context.js';

/** A client that stands for another one, which may change; what it is asked is up to those that extend it. */
export abstract class ForwardingClient implements CallClient {
  protected abstract readonly client: CallClient;

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

  get unaskable(): string | undefined {
    return this.client.unaskable;
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
