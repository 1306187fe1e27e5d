import { pipeline, Readable, type Duplex } from 'node:stream';
import zlib from 'node:zlib';
import { discard, type PoolAnswer } from './answer-body.js';
import { BrokenAnswer } from '../relay/no-answer.js';

type Bytes = AsyncIterable<Buffer>;
type Decoder = () => Duplex;

const DECODERS: Readonly<Record<string, ((coded: Bytes) => Bytes) | undefined>> = {
  gzip: undoneBy(zlib.createGunzip),
  'x-gzip': undoneBy(zlib.createGunzip),
  deflate: inflated,
  br: undoneBy(zlib.createBrotliDecompress),
  // Node 20 cannot.
  zstd: undoneBy((zlib as { createZstdDecompress?: Decoder }).createZstdDecompress),
};
const CODINGS_MAX = 3;

/**
 * The body of an answer without its content codings, which some servers use unasked. Whoever reads it bounds its size.
 * @throws BrokenAnswer for a coding that is not known here, and while it is read for bytes that are not so encoded
 */
export function decoded({ headers, body }: PoolAnswer): Bytes {
  const header = [headers['content-encoding']].flat().join(',').toLowerCase();
  const codings = header.split(',').map((coding) => coding.trim());
  const used = codings.filter((coding) => coding !== '' && coding !== 'identity');
  if (used.length === 0) return body;
  try {
    if (used.length > CODINGS_MAX) throw new BrokenAnswer('its answer is encoded too often');
    // The last coding was put on last.
    const decoders = used.reverse().map(decoderOf);
    return decoders.reduce<Bytes>((bytes, decode) => decode(bytes), body);
  } catch (error) {
    discard(body); // else it would keep its connection
    throw error;
  }
}

function decoderOf(coding: string): (coded: Bytes) => Bytes {
  const decoder = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
  if (!decoder) throw new BrokenAnswer(`its answer is encoded as "${coding.slice(0, 20)}"`);
  return decoder;
}

function undoneBy(make: Decoder | undefined): ((coded: Bytes) => Bytes) | undefined {
  return make && ((coded) => through(coded, make()));
}

/** Some servers leave out the frame that the standard asks for: the first byte tells. */
async function* inflated(coded: Bytes): AsyncGenerator<Buffer> {
  const parts = coded[Symbol.asyncIterator]();
  const { value: first } = (await parts.next()) as { value?: Buffer };
  if (!first) return;
  const all = (async function* () {
    yield first;
    yield* { [Symbol.asyncIterator]: () => parts };
  })();
  yield* through(all, (first[0]! & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw());
}

async function* through(coded: Bytes, decoder: Duplex): AsyncGenerator<Buffer> {
  const source = coded instanceof Readable ? coded : Readable.from(coded);
  pipeline(source, decoder, () => undefined); // an error ends the decoder, where it is read
  try {
    yield* decoder as Bytes;
  } catch (error) {
    throw isOfDecoder(error) ? new BrokenAnswer('its answer is not encoded as it says') : error;
  }
}

const isOfDecoder = (error: unknown): boolean =>
  /^(Z_|ERR__ERROR|ERR_BROTLI|ERR_PADDING|ZSTD_)/.test(String((error as { code?: unknown }).code));
