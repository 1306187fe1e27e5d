import { TallygateError } from '../../common/tallygate-error.js';

/**
 * `unreachable`: refused, died, or not started. `timeout`: silent for too long. `protocol`: answered what is no MCP, or
 * too much. `refused`: answered with an error of its own. `busy`: all its places are taken. `cancelled`: the caller went.
 */
export type UpstreamFailureKind = 'unreachable' | 'timeout' | 'protocol' | 'refused' | 'busy' | 'cancelled';

/** An upstream server did not do what it was asked. The caller reads the message and pays nothing. */
export class UpstreamFailure extends TallygateError {
  constructor(
    readonly kind: UpstreamFailureKind,
    message: string,
    cause?: unknown,
  ) {
    super('UNAVAILABLE', message, { cause });
    this.name = 'UpstreamFailure';
  }

  /** Whether it says that the server is not well. */
  get isServersFault(): boolean {
    return this.kind === 'unreachable' || this.kind === 'timeout' || this.kind === 'protocol';
  }
}
