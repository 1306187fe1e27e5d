import { describe, expect, it } from '@jest/globals';
import { datasetNamed } from '../datasets/datasets.js';
import { rowReader } from '../import/row-reader.js';
import { UNIVERSE_ROWS } from './synthetic-universe.js';

const size = { symbols: 3, days: 300, seed: 7 };
const rows = (table: string, options = size) => [...UNIVERSE_ROWS[table]!(options)];

describe.each(Object.keys(UNIVERSE_ROWS))('the synthetic %s', (table) => {
  it('are the same for the same seed and others for another', () => {
    expect(rows(table)).toEqual(rows(table));
    if (table !== 'trade_calendar') expect(rows(table, { ...size, seed: 8 })).not.toEqual(rows(table));
  });

  it('say that they are synthetic, in every row', () => {
    expect(rows(table).every(({ is_synthetic }) => is_synthetic === true)).toBe(true);
  });

  it('would pass an import, and come in the order of the sorting key without a repeated key', () => {
    const dataset = datasetNamed(table)!;
    const columns = dataset.columns.map(({ name }) => name);
    const { read } = rowReader(dataset, columns, {});
    const all = rows(table);
    expect(all.map((row) => read(columns.map((name) => row[name])))).toEqual(all);
    const keys = all.map((row) => dataset.sortingKey.map((name) => row[name]).join(' '));
    expect(keys).toEqual([...new Set(keys)].sort());
  });
});

describe('the synthetic universe', () => {
  it('has the size asked for', () => {
    expect([rows('symbols').length, rows('trade_calendar').length, rows('daily_bars').length]).toEqual([3, 300, 900]);
  });

  it('keeps its companies when it grows', () => {
    expect(rows('daily_bars', { ...size, symbols: 5 }).slice(0, 900)).toEqual(rows('daily_bars'));
  });

  it('trades from Monday to Friday', () => {
    const weekdays = rows('trade_calendar').map(({ date }) => new Date(String(date)).getUTCDay());
    expect(weekdays.slice(0, 6)).toEqual([1, 2, 3, 4, 5, 1]);
  });
});
