import { HttpRefusal } from './http/http-messages.js';
import { ChildTransport } from './stdio/child.transport.js';
import { UpstreamFailure } from './upstream-failure.js';
import type { UpstreamTransport } from './upstream-transport.js';

/** How long it may take to see that a process has ended which does not listen any more. */
const EXIT_SEEN_MS = 500;
/** Of what a server says beside a status of HTTP. */
const BODY_MAX_CHARS = 1_024;

/** Why a request to a server failed, in the server's own words where there are some: for operators, secrets masked. */
export class ServerWords {
  /** @param name as callers know the server */
  constructor(
    private readonly name: string,
    private readonly transport: UpstreamTransport,
    private readonly mask: (text: string) => string,
  ) {}

  /** How the child process, if it is one, has ended, and the last that it said; see `UpstreamFailure.words`. */
  get last(): string | undefined {
    const child = this.transport;
    return child instanceof ChildTransport ? sentenceOf(child.lastWords(this.mask), child.ended) : undefined;
  }

  /** Of a process, how it ended is the reason, whatever the protocol made of it; and what it said is kept with it. */
  async addedTo(error: unknown, isStarted: boolean): Promise<unknown> {
    const child = this.transport;
    if (!(error instanceof UpstreamFailure) || !error.isServersFault) return error;
    if (error.cause instanceof HttpRefusal) error.words = this.bodyOf(error.cause);
    if (!(child instanceof ChildTransport)) return error;
    const exit = error.kind === 'timeout' ? undefined : await child.exit(error.kind === 'unreachable' ? EXIT_SEEN_MS : 0);
    const failure = exit === undefined ? error : this.ended(error, isStarted);
    const said = child.lastWords(this.mask) || (isNoStart(error.cause) ? error.cause.message : '');
    failure.words = sentenceOf(said, exit);
    return failure;
  }

  private bodyOf({ body }: HttpRefusal): string | undefined {
    const said = body.slice(0, BODY_MAX_CHARS).replace(/\s+/g, ' ').trim();
    return said ? `It said: ${this.mask(said)}` : undefined;
  }

  private ended(error: UpstreamFailure, isStarted: boolean): UpstreamFailure {
    const when = isStarted ? 'while it was asked' : 'when it was started';
    return new UpstreamFailure('unreachable', `${this.name} ended ${when}.`, error, error.effect);
  }
}

function sentenceOf(said: string, exit: string | undefined): string | undefined {
  const ending = exit === undefined ? undefined : `ended with ${exit}`;
  if (!said) return ending && `Its program ${ending}.`;
  return `Its program ${ending ? `${ending} and ` : ''}said: ${said}`;
}

/** The program is not there, or may not be started: the system says which. */
const isNoStart = (error: unknown): error is Error =>
  ['ENOENT', 'EACCES'].includes((error as { code?: string } | undefined)?.code ?? '');
