import { describe, expect, it } from '@jest/globals';
import { ROWS_MAX, withNew } from './live-rows.js';

const rows = (...ids: unknown[]) => ids.map((id) => ({ id: String(id) }));

describe('Rows that come by themselves', () => {
  it('stand before the others, each once', () => {
    expect(withNew(rows('d', 'c'), rows('c', 'b', 'a'))).toEqual(rows('d', 'c', 'b', 'a'));
    expect(withNew(rows(), rows('a'))).toEqual(rows('a'));
  });

  it('push the oldest out when there are too many', () => {
    const many = rows(...Array(ROWS_MAX).keys());
    expect(withNew(rows('new'), many)).toEqual([...rows('new'), ...many.slice(0, -1)]);
  });
});
