import { describe, expect, it } from '@jest/globals';
import { powers, nextPoint, ticks } from '../../charts/scales';
import { axisWords, colorOf, MEASURES, oneOf } from './measures';
import { instantsOf, rangeIn } from './usage-range';

const now = Date.parse('2026-11-28T12:00:00Z');
const range = (query: string) => rangeIn((name) => new URLSearchParams(query).get(name) ?? '');

describe('The time that is looked at', () => {
  it.each([
    ['', '2026-11-21T12:00:00.000Z', '2026-11-28T12:00:00.000Z'],
    ['range=24h', '2026-11-27T12:00:00.000Z', '2026-11-28T12:00:00.000Z'],
    ['range=nonsense', '2026-11-21T12:00:00.000Z', '2026-11-28T12:00:00.000Z'],
    ['range=custom&from=2026-02-28&to=2026-02-28&zone=utc', '2026-02-28T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  ])('of %j', (query, from, to) => expect(instantsOf(range(query), now)).toEqual({ from, to }));

  it.each([
    'range=custom',
    'range=custom&from=2026-02-28',
    'range=custom&from=2026-03-01&to=2026-02-28',
    'range=custom&from=x&to=y',
  ])('is not chosen yet with %j', (query) => expect(instantsOf(range(query), now)).toBeUndefined());

  it('of local days begins with their own midnight', () => {
    const { from, to } = instantsOf(range('range=custom&from=2026-03-29&to=2026-03-29'), now)!;
    expect([new Date(from).getHours(), new Date(to).getHours(), new Date(to).getDate()]).toEqual([0, 0, 30]);
  });
});

it('Times on an axis are as short as they can be', () => {
  expect(axisWords('hour', 24, 'UTC', 'en-GB')('2026-11-28T07:00:00Z')).toBe('07:00');
  expect(axisWords('day', 700, 'UTC', 'en-GB')('2026-11-28T07:00:00Z')).toBe('28 Nov');
  expect(axisWords('hour', 168, 'Asia/Tokyo', 'en-GB')('2026-11-28T20:00:00Z')).toContain('29 Nov');
});

it('What an address names that there is not is the first', () => expect(oneOf(MEASURES, 'mean').id).toBe('calls'));
it('There are eight colours', () => expect([colorOf(0), colorOf(8)]).toEqual(['var(--series-1)', 'var(--series-8)']));

describe('Scales', () => {
  it('are round values from zero', () => expect(ticks(37)).toEqual([0, 10, 20, 30, 40]));
  it('are powers of ten around values', () => {
    expect(powers(0.3, 20)).toEqual([0.1, 1, 10, 100]);
    expect(powers(1, 1)).toEqual([1, 10]);
  });
  it('are gone through by arrow keys, within their ends', () => {
    expect([nextPoint('ArrowRight', -1, 3), nextPoint('ArrowRight', 2, 3), nextPoint('End', 0, 3), nextPoint('a', 0, 3)]).toEqual(
      [...[0, 2, 2], undefined],
    );
  });
});
