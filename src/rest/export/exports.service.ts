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

/** Files on their way at once, of one user and of this process. */
const OF_USER_MAX = 2;
const RUNNING_MAX = 8;
/** Until a place may be free. */
const RETRY_SECONDS = 10;

/**
 * Sends tables as files, piece by piece, as fast as the reader takes them: memory holds a piece of each, however long it is.
 * A file that cannot be finished is cut off with its connection, so that nobody takes it for whole.
 */
@Injectable()
export class Exports {
  private readonly logger = loggerFor('Rest');
  private readonly running = new Map<string, number>();
  private total = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * @param userId Who asks for it: a user has two files on their way at most.
   * @throws RATE_LIMITED, OVERLOADED, and what reading the first piece throws: nothing has been answered by then.
   */
  async open<Row extends object>(userId: string, format: FileFormat, table: Table<Row>): Promise<StreamableFile> {
    this.enter(userId);
    try {
      const stream = await FileStream.open(format, table);
      stream.once('close', () => this.leave(userId));
      return this.fileOf(stream, format, table.name);
    } catch (error) {
      this.leave(userId);
      throw error;
    }
  }

  private enter(userId: string): void {
    const own = this.running.get(userId) ?? 0;
    if (own >= OF_USER_MAX) throw refusal('RATE_LIMITED', `${own} exports of yours are on their way.`);
    if (this.total >= RUNNING_MAX) throw refusal('OVERLOADED', `${this.total} exports are on their way.`);
    this.running.set(userId, own + 1);
    this.total += 1;
  }

  private leave(userId: string): void {
    const others = this.running.get(userId)! - 1;
    if (others > 0) this.running.set(userId, others);
    else this.running.delete(userId);
    this.total -= 1;
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
