import { describe, expect, it } from '@jest/globals';
import { BoundedLines } from './bounded-lines.js';

function read(maxBytes: number, ...chunks: (string | Buffer)[]) {
  const lines: string[] = [];
  const tooLong: [string, string][] = [];
  const reader = new BoundedLines(maxBytes, {
    onLine: (line) => lines.push(line),
    onTooLong: (...ends) => tooLong.push(ends),
  });
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  return { lines, tooLong };
}

describe('lines of a server', () => {
  it('are whole, however they arrive', () => {
    expect(read(100, 'a', 'b\nc', 'd\r\n', '\ne').lines).toEqual(['ab', 'cd', '']);
  });

  it('keep characters that two chunks share', () => {
    const bytes = Buffer.from('é\n');
    expect(read(100, bytes.subarray(0, 1), bytes.subarray(1)).lines).toEqual(['é']);
  });

  it('are dropped when too long, except their ends, and the next one is read again', () => {
    const { lines, tooLong } = read(10, `<${'x'.repeat(500)}`, `${'y'.repeat(500)}>`, '\nnext\n');
    expect(lines).toEqual(['next']);
    expect(tooLong).toEqual([[`<${'x'.repeat(255)}`, `${'y'.repeat(255)}>`]]);
  });
});
