import { describe, expect, it } from '@jest/globals';
import { DAILY_BARS } from '../datasets/daily-bars.dataset.js';
import { Rejection } from './import-cell.js';
import { rowReader } from './row-reader.js';

const PRICES = ['Open', 'High', 'Low', 'Close', 'Volume'];
const bars = (columns: string[], mapping = {}) => rowReader(DAILY_BARS, columns, mapping);

describe('rowReader', () => {
  it('finds columns without regard to case, spaces and punctuation', () => {
    const reader = bars(['Symbol', 'Date', ...PRICES, 'Adj Close', 'Dividend']);
    expect(reader.fileColumns).toEqual(['Symbol', 'Date', 'Open', 'High', 'Low', 'Close', 'Adj Close', 'Volume']);
    expect(reader.ignoredColumns).toEqual(['Dividend']);
    expect(reader.read(['A', '2024-01-02', '1', '4', '0.5', '2', '1.9', '7'])).toEqual({
      symbol: 'A',
      date: '2024-01-02',
      open: 1,
      high: 4,
      low: 0.5,
      close: 2,
      adj_close: 1.9,
      volume: 7,
      is_synthetic: false,
    });
  });

  it('takes mapped names and constants before anything else', () => {
    const reader = bars(['day', 'date', ...PRICES], { map: { date: 'day' }, set: { symbol: 'X', volume: '0' } });
    expect(reader.fileColumns).toEqual(['day', 'Open', 'High', 'Low', 'Close']);
    expect(reader.read(['2024-01-02', 1, 4, 0.5, 2])).toMatchObject({ symbol: 'X', volume: 0, adj_close: 2 });
  });

  it.each([
    [['Date', ...PRICES], {}, 'The file lacks symbol; it has: Date, Open'],
    [['Date', ...PRICES], { map: { sym: 'Date' } }, 'daily_bars has no column sym; its columns are: symbol, date'],
    [['Date', ...PRICES], { map: { date: 'Day' }, set: { symbol: 'A' } }, 'The file has no column Day; it has: Date'],
    [['Date', ...PRICES], { set: { symbol: 'A', volume: 'lots' } }, '--set: volume "lots" is not a whole number.'],
    [['Date', ...PRICES], { set: { __proto__: null, constructor: 'x', symbol: 'A' } }, 'daily_bars has no column constructor'],
  ])('refuses a file with columns %j read by %j', (columns, mapping, words) => {
    expect(() => bars(columns, mapping)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(words) }),
    );
  });

  it('rejects a row whose values contradict each other', () => {
    const rejection = bars(['Date', ...PRICES], { set: { symbol: 'A' } }).read(['2024-01-02', 1, 0.4, 0.5, 2, 7]);
    expect(rejection).toEqual(new Rejection('high 0.4 is below low 0.5'));
  });
});
