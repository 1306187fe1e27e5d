import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TallygateError } from '../../../common/tallygate-error.js';

/** Largest file taken over REST. Larger ones are compressed first, or split. */
const RECEIVED_BYTES_MAX = 2 * 1024 ** 3;

/**
 * Keeps what is sent in a temporary file while the work goes on: Parquet is read from its end, and a file is hashed
 * before it is read.
 * @throws PAYLOAD_TOO_LARGE, BAD_REQUEST when the sender stops in the middle.
 */
export async function withReceivedFile<T>(
  body: Readable,
  work: (path: string) => Promise<T>,
  bytesMax = RECEIVED_BYTES_MAX,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tallygate-import-'));
  try {
    const path = join(folder, 'file');
    await pipeline(body, atMost(bytesMax), createWriteStream(path)).catch(incomplete);
    return await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function atMost(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes <= bytesMax) done(null, chunk);
      else
        done(
          new TallygateError(
            'PAYLOAD_TOO_LARGE',
            `The file is larger than ${bytesMax} bytes. Compress it with gzip, or split it.`,
          ),
        );
    },
  });
}

function incomplete(error: unknown): never {
  const { code } = error as { code?: string };
  if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET') throw error;
  throw new TallygateError('BAD_REQUEST', 'The file was not sent to its end.', { cause: error });
}
