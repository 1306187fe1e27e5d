const NEWLINE = 10;
/** Enough of both ends of a line to find the id of the request it answers. */
const EDGE_BYTES = 256;

export interface LineListener {
  onLine: (line: string) => void;
  /** A line was longer than allowed: its two ends, the rest is gone. */
  onTooLong: (head: string, tail: string) => void;
}

/** Cuts a stream of bytes into lines and keeps at most `maxBytes` of one, so that a server cannot fill the memory. */
export class BoundedLines {
  private parts: Buffer[] = [];
  private size = 0;
  private dropped: { head: Buffer; tail: Buffer } | undefined;

  constructor(
    private readonly maxBytes: number,
    private readonly listener: LineListener,
  ) {}

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.add(chunk.subarray(from, end));
      this.endLine();
      from = end + 1;
    }
    this.add(chunk.subarray(from));
  }

  private add(part: Buffer): void {
    if (this.dropped) {
      this.dropped.tail = Buffer.concat([this.dropped.tail, part]).subarray(-EDGE_BYTES);
      return;
    }
    this.parts.push(part);
    this.size += part.length;
    if (this.size > this.maxBytes) this.drop();
  }

  private drop(): void {
    const line = Buffer.concat(this.parts);
    this.dropped = { head: Buffer.from(line.subarray(0, EDGE_BYTES)), tail: Buffer.from(line.subarray(-EDGE_BYTES)) };
    this.parts = [];
  }

  private endLine(): void {
    const { dropped, parts } = this;
    this.parts = [];
    this.size = 0;
    this.dropped = undefined;
    if (dropped) this.listener.onTooLong(dropped.head.toString('latin1'), dropped.tail.toString('latin1'));
    else this.listener.onLine(Buffer.concat(parts).toString('utf8').trimEnd());
  }
}
