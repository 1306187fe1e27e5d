import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Cancellable } from '../../../common/concurrency/cancellation.js';
import { AnswerTooLarge } from './event-pieces.js';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Media type of a stream of events. */
export const EVENTS = 'text/event-stream';

/** A body that has come whole. */
export class WholeBody {
  constructor(readonly bytes: Buffer) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    yield this.bytes;
  }
}

/** The answer to a request: of events as soon as its head is there, of anything else when its body is, too. */
export interface PoolAnswer {
  statusCode: number;
  headers: Headers;
  body: WholeBody | Readable;
}

/**
 * Sends a request, and reads its answer without a stream where it is none of events: that is most answers, and a stream costs more than
 * all the rest of a request.
 * @throws AnswerTooLarge for a whole body of more bytes, the reason of the cancellation, and undici's errors
 */
export function requestOver(
  pool: Dispatcher,
  options: Dispatcher.DispatchOptions,
  { maxBytes, cancellation }: { maxBytes: number; cancellation?: Cancellable | undefined },
): Promise<PoolAnswer> {
  return new Promise((resolve, reject) => {
    pool.dispatch(options, new AnswerReader(maxBytes, cancellation, resolve, reject));
  });
}

/** Ends an answer that nobody reads. */
export function discard(body: PoolAnswer['body']): void {
  if (body instanceof Readable) body.on('error', () => undefined).destroy();
}

/** The first, where there are several. */
export function headerIn({ headers }: { headers: Headers }, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Of what media type the body is: servers write it in all ways. */
export const typeOf = (answer: { headers: Headers }): string =>
  (headerIn(answer, 'content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();

class AnswerReader implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private head: Omit<PoolAnswer, 'body'> | undefined;
  private stream: Readable | undefined;
  private readonly parts: Buffer[] = [];
  private size = 0;
  private isOver = false;
  private readonly abort = (reason: Error): void => void this.controller?.abort(reason);

  constructor(
    private readonly maxBytes: number,
    private readonly cancellation: Cancellable | undefined,
    private readonly resolve: (answer: PoolAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    this.cancellation?.onCancel(this.abort);
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: Headers): void {
    if (statusCode < 200) return;
    this.head = { statusCode, headers };
    if (typeOf(this.head) !== EVENTS) return;
    this.stream = this.streamOfRest();
    this.resolve({ ...this.head, body: this.stream });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.stream) return void (this.stream.push(chunk) || controller.pause());
    this.size += chunk.length;
    if (this.size > this.maxBytes) return controller.abort(new AnswerTooLarge());
    this.parts.push(chunk);
  }

  onResponseEnd(): void {
    this.end();
    if (this.stream) return void this.stream.push(null);
    const bytes = this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts);
    this.resolve({ ...this.head!, body: new WholeBody(bytes) });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.end();
    this.reject(error);
    // What has come already is read first.
    if (this.stream) queueMicrotask(() => this.stream!.destroy(error));
  }

  private end(): void {
    this.isOver = true;
    this.cancellation?.offCancel(this.abort);
  }

  private streamOfRest(): Readable {
    const stream = new Readable({
      read: () => this.controller?.resume(),
      destroy: (error, done) => {
        if (!this.isOver) this.abort(error ?? new Error('nobody reads the rest of the answer'));
        done(error);
      },
    });
    return stream.on('error', () => undefined); // who reads it hears of it; where nobody does, it would end the process
  }
}
