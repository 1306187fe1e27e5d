import { BoundedLines, type DroppedLine } from '../../../common/lines/bounded-lines.js';
import { LineEnds } from './event-pieces.js';

/** Of one event. */
const LINES_MAX = 100_000;
/** Kept of the ends of an event that is too large, to see which request it answers. */
const EDGE_CHARS = 256;
/** What is no event is told of after so many bytes; the shortest line counts as so many, since each takes a moment. */
const OTHER_BYTES = 4_096;
const LINE_BYTES = 16;

export interface ServerEvent {
  /** `message` where the server names none; empty for what came beside the events. */
  type: string;
  /** Of an event that is too large, its ends. */
  data: string | DroppedLine;
  bytes: number;
}

/**
 * The events of a stream, as they arrive. Unlike in the answer to one request, one that is too large costs the others nothing, since
 * those of all calls share the stream.
 */
export async function* eventsIn(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<ServerEvent> {
  const lines = new BoundedLines(maxBytes);
  const ends = new LineEnds();
  let draft = new EventDraft(maxBytes);
  let other = 0;
  for await (const chunk of chunks) {
    for (const line of lines.push(ends.asLineFeeds(chunk))) {
      if (line !== '') other += draft.add(line);
      else if (!draft.hasData) other += LINE_BYTES;
      else yield draft.event;
      if (line === '') draft = new EventDraft(maxBytes);
      if (other < OTHER_BYTES) continue;
      yield { type: '', data: '', bytes: other };
      other = 0;
    }
  }
}

/** One event while its lines arrive. */
class EventDraft {
  private type = 'message';
  private readonly data: string[] = [];
  private size = 0;
  private dropped: DroppedLine | undefined;

  constructor(private readonly maxBytes: number) {}

  get hasData(): boolean {
    return this.dropped !== undefined || this.data.length > 0;
  }

  get event(): ServerEvent {
    return { type: this.type, data: this.dropped ?? this.data.join('\n'), bytes: this.size };
  }

  /** Returns how many bytes of the line are no event's. */
  add(line: string | DroppedLine): number {
    if (typeof line !== 'string') return this.addDropped(line);
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data' && !this.dropped) return this.addData(value);
    if (field === 'event') this.type = value || 'message';
    return Math.max(line.length, LINE_BYTES);
  }

  private addDropped({ head, tail }: DroppedLine): number {
    if (!head.startsWith('data:')) return this.maxBytes;
    this.drop({ head: head.replace(/^data: ?/, ''), tail });
    return 0;
  }

  private addData(value: string): number {
    this.size += value.length;
    this.data.push(value);
    if (this.size <= this.maxBytes && this.data.length <= LINES_MAX) return 0;
    const [first = '', last = ''] = [this.data[0], this.data.at(-1)];
    this.drop({ head: first.slice(0, EDGE_CHARS), tail: last.slice(-EDGE_CHARS) });
    return 0;
  }

  private drop(ends: DroppedLine): void {
    this.dropped ??= ends;
    this.data.length = 0;
    this.size = this.maxBytes;
  }
}
