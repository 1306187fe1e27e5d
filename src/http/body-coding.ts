import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TallygateError } from '../common/tallygate-error.js';
import type { HeldBody } from './body-budget.js';

const GZIP = /^(x-)?gzip$/i;
/** What unpacking takes beside the body: a window of 32 KiB, and what is on its way in and out. */
const UNPACKING_BYTES = 96 * 1_024;

/** Whether a body says that it is gzip. How long it is, nobody knows before it is unpacked. */
export const isPacked = ({ headers }: IncomingMessage): boolean => GZIP.test(headers['content-encoding'] ?? '');

/** What a body that is being unpacked is stopped for. */
export interface UnpackingBounds {
  /** Of what arrives: a few bytes may become many, and many may become none. */
  maxBytes: number;
  tooLarge: () => void;
  broken: (error: TallygateError) => void;
}

/** A gzip body, unpacked as it arrives and no faster than it is read. */
export class Unpacking {
  private readonly gunzip = createGunzip();
  private arrived = 0;
  private isOver = false;

  /** @throws OVERLOADED where the budget has no room for it */
  constructor(
    private readonly request: IncomingMessage,
    private readonly held: HeldBody,
    private readonly bounds: UnpackingBounds,
  ) {
    held.take(UNPACKING_BYTES);
    this.gunzip.on('error', () => bounds.broken(notGzip()));
  }

  begin(): Readable {
    this.request.on('data', this.count);
    return this.request.pipe(this.gunzip);
  }

  /** What is left of the request is for others to throw away. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.request.off('data', this.count).unpipe(this.gunzip);
    this.gunzip.destroy();
    this.held.giveBack(UNPACKING_BYTES);
  }

  private readonly count = (piece: Buffer): void => {
    this.arrived += piece.length;
    if (this.arrived > this.bounds.maxBytes) this.bounds.tooLarge();
  };
}

const notGzip = () => new TallygateError('UNSUPPORTED_MEDIA_TYPE', 'The body is not gzip, as its Content-Encoding says.');
