import { pipeline, type Duplex } from 'node:stream';
import zlib from 'node:zlib';
import type { Dispatcher } from 'undici';
import { BrokenAnswer } from '../relay/no-answer.js';

const DECODERS: Readonly<Record<string, (() => Duplex) | undefined>> = {
  gzip: zlib.createGunzip,
  'x-gzip': zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress,
  // Node 20 cannot.
  zstd: (zlib as { createZstdDecompress?: () => Duplex }).createZstdDecompress,
};
const CODINGS_MAX = 3;

/**
 * The body of an answer without its content codings, which some servers use unasked. Whoever reads it bounds its size.
 * @throws BrokenAnswer for a coding that is not known here
 */
export function decoded({ headers, body }: Dispatcher.ResponseData): AsyncIterable<Buffer> {
  const header = [headers['content-encoding']].flat().join(',').toLowerCase();
  const codings = header.split(',').map((coding) => coding.trim());
  const used = codings.filter((coding) => coding !== '' && coding !== 'identity');
  if (used.length === 0) return body;
  if (used.length > CODINGS_MAX) throw new BrokenAnswer('its answer is encoded too often');
  // The last coding was put on last.
  return used.reverse().reduce<Duplex>((stream, coding) => undone(coding, stream), body as never);
}

function undone(coding: string, stream: Duplex): Duplex {
  const decoder = DECODERS[coding];
  if (!decoder) throw new BrokenAnswer(`its answer is encoded as "${coding.slice(0, 20)}"`);
  return pipeline(stream, decoder(), () => undefined); // an error ends the decoder, where it is read
}
