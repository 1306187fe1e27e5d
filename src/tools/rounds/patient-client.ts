import type { PausableTimer } from '../../common/concurrency/pausable-timer.js';
import type { CallClient, ClientRequest } from '../source/call-context.js';
import { ForwardingClient } from './forwarding-client.js';

/** The caller's client, for a call whose time does not run while the client is asked: a person may think longer than a tool may take. */
export class PatientClient extends ForwardingClient {
  readonly ask: (request: ClientRequest) => Promise<Record<string, unknown>>;
  private pending = 0;

  /** `ask`: the client's own. */
  constructor(
    protected readonly client: CallClient,
    ask: NonNullable<CallClient['ask']>,
    timer: PausableTimer,
  ) {
    super();
    this.ask = (request) => {
      if (this.pending++ === 0) timer.pause();
      return ask(request).finally(() => {
        if (--this.pending === 0) timer.resume();
      });
    };
  }
}
