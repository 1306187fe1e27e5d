import { describe, expect, it } from '@jest/globals';
import { BoundedLines } from './bounded-lines.js';

function linesOf(maxBytes: number, ...chunks: (string | Buffer)[]) {
  const reader = new BoundedLines(maxBytes);
  return chunks.flatMap((chunk) => [...reader.push(Buffer.from(chunk))]);
}

describe('lines of a stream', () => {
  it('are whole, however they arrive', () => {
    expect(linesOf(100, 'a', 'b\nc', 'd\r\n', '\ne')).toEqual(['ab', 'cd', '']);
  });

  it('keep characters that two chunks share', () => {
    const bytes = Buffer.from('é\n');
    expect(linesOf(100, bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['é']);
  });

  it('are dropped when too long, except their ends, and the next one is read again', () => {
    const lines = linesOf(10, `<${'x'.repeat(500)}`, `${'y'.repeat(500)}>`, '\nnext\n');
    expect(lines).toEqual([{ head: `<${'x'.repeat(255)}`, tail: `${'y'.repeat(255)}>` }, 'next']);
  });
});
