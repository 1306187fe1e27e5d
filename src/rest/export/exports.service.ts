import { Injectable, StreamableFile } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Clock } from '../../common/clock.js';
import { loggerFor } from '../../common/log-contexts.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { utcDay } from '../../common/utc-day.js';
import { maskSecrets } from '../../telemetry/mask-secrets.js';
import { mediaTypeOf, type FileFormat } from './export-format.js';
import { FileStream } from './file-stream.js';
import type { Table } from './table.js';

/** Files on their way at once: of one reader, of readers who are no admins, and of this process. */
const OF_READER_MAX = 2;
const OF_USERS_MAX = 6;
const RUNNING_MAX = 8;
/** Until a place may be free. */
const RETRY_SECONDS = 10;

/** Who asks for a file, as far as it counts here. */
export interface Reader {
  userId: string;
  role: 'admin' | 'user';
}

/** A file that is on its way, or about to be. */
interface Running extends Reader {
  stream?: FileStream;
}

/**
 * Sends tables as files, piece by piece, as fast as the reader takes them: memory holds a piece of each, however long it is.
 * A file that cannot be finished is cut off with its connection, so that nobody takes it for whole.
 */
@Injectable()
export class Exports {
  private readonly logger = loggerFor('Rest');
  private readonly running = new Set<Running>();

  constructor(private readonly clock: Clock) {}

  /**
   * A reader has two files on their way at most, and there are always places for admins.
   * @throws RATE_LIMITED, OVERLOADED, and what reading the first piece throws: nothing has been answered by then.
   */
  async open<Row extends object>(reader: Reader, format: FileFormat, table: Table<Row>): Promise<StreamableFile> {
    const entry: Running = this.enter(reader);
    try {
      const stream = await FileStream.open(format, table);
      entry.stream = stream;
      stream.once('close', () => this.running.delete(entry));
      return this.fileOf(stream, format, table.name);
    } catch (error) {
      this.running.delete(entry);
      throw error;
    }
  }

  /** Who has files on their way, as they were when they asked for them. */
  readers(): Map<string, Reader['role']> {
    return new Map([...this.running].map(({ userId, role }) => [userId, role]));
  }

  /** Cuts off all files of somebody who may not read them any more. */
  end(userId: string): void {
    for (const { userId: reader, stream } of this.running)
      if (reader === userId) stream?.destroy(new Error('its reader may not have it any more'));
  }

  private enter({ userId, role }: Reader): Running {
    const count = (of: (one: Running) => boolean) => [...this.running].filter(of).length;
    const own = count((one) => one.userId === userId);
    if (own >= OF_READER_MAX) throw refusal('RATE_LIMITED', `${own} exports of yours are on their way.`);
    const isFull = this.running.size >= RUNNING_MAX || (role === 'user' && count((one) => one.role === 'user') >= OF_USERS_MAX);
    if (isFull) throw refusal('OVERLOADED', `${this.running.size} exports are on their way.`);
    const entry = { userId, role };
    this.running.add(entry);
    return entry;
  }

  private fileOf(stream: FileStream, format: FileFormat, name: string): StreamableFile {
    const filename = `tallygate-${name}-${utcDay(this.clock.now())}.${format}`;
    const file = new StreamableFile(stream, { type: mediaTypeOf(format), disposition: `attachment; filename="${filename}"` });
    return file.setErrorHandler((error, response) => {
      this.logger.error(maskSecrets(`The export ${filename} broke off: ${error.stack ?? error.message}`));
      cutOff(response as unknown as ServerResponse);
    });
  }
}

/** Closed, the connection would say to a client of HTTP/1.0 that the file is whole; so it is reset. */
function cutOff(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
  response.destroy();
}

const refusal = (code: 'RATE_LIMITED' | 'OVERLOADED', words: string): TallygateError =>
  new TallygateError(code, `${words} Wait until one has ended.`, { retryAfterSeconds: RETRY_SECONDS });
