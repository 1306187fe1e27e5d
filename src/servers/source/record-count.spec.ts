import { describe, expect, it } from '@jest/globals';
import { recordCountOf } from './record-count.js';

const text = (...texts: string[]) => ({ content: texts.map((value) => ({ type: 'text', text: value })) });

describe('the record count of an upstream result', () => {
  it.each([
    ['an array', [1, 2, 3], 3],
    ['a list under data', { data: [1, 2] }, 2],
    ['a list under rows', { rows: [] }, 0],
    ['a list under records', { total: 9, records: [1] }, 1],
    ['a list under items', { items: [1, 2, 3, 4] }, 4],
    ['data that is no list, and items', { data: {}, items: [1, 2] }, 2],
    ['any other object', { content: 'hello' }, 1],
  ])('of %s in structuredContent', (_, structuredContent, count) => {
    expect(recordCountOf({ content: [], structuredContent })).toBe(count);
    expect(recordCountOf(text(JSON.stringify(structuredContent)))).toBe(count);
  });

  it('is taken from structuredContent before the text', () => {
    expect(recordCountOf({ ...text('[1,2,3]'), structuredContent: { rows: [1] } })).toBe(1);
  });

  it('is one for text that is no JSON, none without text', () => {
    expect(recordCountOf(text('three files'))).toBe(1);
    expect(recordCountOf(text('[FILE] a.txt\n[FILE] b.txt'))).toBe(1);
    expect(recordCountOf(text('  '))).toBe(0);
    expect(recordCountOf({ content: [{ type: 'image', data: '…' }] })).toBe(0);
  });

  it('is none for an error', () => {
    expect(recordCountOf({ ...text('[1,2,3]'), isError: true })).toBe(0);
  });
});
