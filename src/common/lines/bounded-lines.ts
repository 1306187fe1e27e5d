const NEWLINE = 10;
/** Kept of both ends of a line that is too long: enough to find the id of a JSON-RPC message. */
const EDGE_BYTES = 256;

/** A line that was longer than allowed: its two ends, the rest is gone. */
export interface DroppedLine {
  head: string;
  tail: string;
}

/** Cuts a stream of bytes into lines and keeps at most `maxBytes` of each, so that a sender cannot fill the memory. */
export class BoundedLines {
  private parts: Buffer[] = [];
  private size = 0;
  private dropped: { head: Buffer; tail: Buffer } | undefined;

  constructor(private readonly maxBytes: number) {}

  /** The lines that end in this chunk, without blanks at their ends. */
  *push(chunk: Buffer): Generator<string | DroppedLine> {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.add(chunk.subarray(from, end));
      from = end + 1;
      yield this.endLine();
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

  private endLine(): string | DroppedLine {
    const { dropped, parts } = this;
    this.parts = [];
    this.size = 0;
    this.dropped = undefined;
    if (dropped) return { head: dropped.head.toString('latin1'), tail: dropped.tail.toString('latin1') };
    return Buffer.concat(parts).toString('utf8').trim();
  }
}
