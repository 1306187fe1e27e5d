import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { eventually } from '../eventually.js';

/** An event as it came: what `EventSource` makes of it. */
export interface ReadEvent {
  id: string | undefined;
  type: string;
  data: Record<string, unknown>;
}

/** Reads server-sent events as a browser does. */
export class EventReader {
  readonly events: ReadEvent[] = [];
  /** Lines that are no field of an event. */
  comments = 0;
  retryMs: number | undefined;
  isOver = false;

  private constructor(readonly response: IncomingMessage) {}

  /** @throws Error for a refusal, in its words */
  static async open(url: string, headers: Record<string, string>, { reads = true } = {}): Promise<EventReader> {
    const asked = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const reader = new EventReader(response);
    response.once('close', () => (reader.isOver = true)).on('error', () => undefined);
    if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${(await text(response)).slice(0, 500)}`);
    if (reads) reader.read();
    return reader;
  }

  read(): void {
    let rest = '';
    this.response.setEncoding('utf8').on('data', (piece: string) => {
      const blocks = (rest + piece).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) this.take(block);
    });
  }

  /** Of the events of calls, a member each. */
  of(member: string): unknown[] {
    return this.events.filter(({ type }) => type === 'message').map(({ data }) => data[member]);
  }

  /** What was said of calls that are not told. */
  get skipped(): unknown[] {
    return this.events.filter(({ type }) => type === 'skipped').map(({ data }) => data['count']);
  }

  /** Resolves once so many events have come. */
  async has(count: number): Promise<void> {
    await eventually(() => {
      if (this.events.length < count) throw new Error(`${this.events.length} of ${count} events have come`);
    });
  }

  async ended(): Promise<void> {
    await eventually(() => {
      if (!this.isOver) throw new Error('The stream is open');
    });
  }

  close(): void {
    this.response.destroy();
  }

  private take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.split(': ', 1)[0]!, line.slice(line.indexOf(': ') + 2)]));
    if (fields.has('retry')) this.retryMs = Number(fields.get('retry'));
    else if (block.startsWith(':')) this.comments += 1;
    else
      this.events.push({
        id: fields.get('id'),
        type: fields.get('event') ?? 'message',
        data: JSON.parse(fields.get('data')!) as Record<string, unknown>,
      });
  }
}

async function text(response: IncomingMessage): Promise<string> {
  let read = '';
  for await (const piece of response.setEncoding('utf8')) read += String(piece);
  return read;
}
