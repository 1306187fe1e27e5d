import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SampleData } from '../../src/stock-data/sample/sample-data.service.js';
import { INDEX, indexBetween } from '../support/databases/sample-files.js';
import { TestStockData, type Content } from '../support/databases/stock-data.js';

let stock: TestStockData;
beforeAll(async () => {
  stock = await TestStockData.start();
  await stock.app.get(SampleData).loadWhenEmpty();
}, 60_000);
afterAll(() => stock.stop());

const flags = { is_synthetic: false };

describe('the sample data', () => {
  it('is loaded once, and in well under a second of work', async () => {
    expect(await stock.app.get(SampleData).loadWhenEmpty()).toBe(false);
    const { content } = await stock.ask('list_datasets');
    const counts = Object.fromEntries(content['datasets'].map((each: Content) => [each['dataset'], each['row_count']]));
    expect(counts).toEqual({
      symbols: 6,
      daily_bars: 5_105,
      monthly_prices: 560,
      trade_calendar: 5_105,
      daily_valuation: 0,
      income_statement: 0,
    });
  });

  it('offers no tool whose dataset is empty', () => {
    const names = stock.source.tools().map(({ name }) => name);
    expect(names).not.toContain('get_valuation');
    expect(names).not.toContain('get_income_statement');
    expect(names).toContain('get_monthly_prices');
  });
});

describe('list_datasets and describe_dataset', () => {
  it('tell what is covered', async () => {
    const { content, usage } = await stock.ask('describe_dataset', { dataset: 'daily_bars' });
    expect(usage).toEqual({ recordCount: 1, tableName: 'daily_bars' });
    expect(content).toMatchObject({
      row_count: 5_105,
      symbol_count: 1,
      first_date: '2000-01-03',
      last_date: '2020-04-17',
      synthetic_row_count: 0,
      key: ['symbol', 'date'],
    });
    expect(content['columns'].find(({ name }: Content) => name === 'volume')).toMatchObject({ type: 'integer', unit: 'shares' });
  });

  it('describe every dataset, also an empty one', async () => {
    const { content } = await stock.ask('list_datasets');
    for (const { dataset } of content['datasets']) {
      const { content: described } = await stock.ask('describe_dataset', { dataset });
      expect(described['dataset']).toBe(dataset);
    }
  });

  it('name the datasets there are when asked for another', async () => {
    expect(await stock.refused('describe_dataset', { dataset: 'nope' })).toMatch(
      /^Unknown dataset: "nope". Datasets: symbols, daily_bars/,
    );
  });
});

describe('search_symbols and get_symbols', () => {
  const found = async (args: Content) =>
    (await stock.ask('search_symbols', args)).content['symbols'].map(({ symbol }: Content) => symbol);

  it('find by any part of symbol or name, best first', async () => {
    expect(await found({ query: 'goog' })).toEqual(['GOOG']);
    expect(await found({ query: 'MICROSOFT' })).toEqual(['MSFT']);
    expect(await found({ query: 's' })).toEqual(['^GSPC', 'GOOG', 'IBM', 'MSFT']);
    expect(await found({ query: 'nothing like it' })).toEqual([]);
    expect(await found({})).toHaveLength(6);
  });

  it('filter by exchange, sector and type', async () => {
    expect(await found({ exchange: 'xnys' })).toEqual(['IBM']);
    expect(await found({ sector: 'information technology', exchange: 'XNAS' })).toEqual(['AAPL', 'MSFT']);
    expect(await found({ type: 'index' })).toEqual(['^GSPC']);
    expect(await found({ is_synthetic: true })).toEqual([]);
  });

  it('say how to go on when there are more', async () => {
    const { content } = await stock.ask('search_symbols', { limit: 4 });
    expect(content).toMatchObject({ truncated: true, next_arguments: { offset: 4 } });
    expect((await stock.ask('search_symbols', { limit: 4, offset: 4 })).content).toMatchObject({
      truncated: false,
      next_arguments: null,
    });
  });

  it('give known symbols and name the unknown', async () => {
    const { content, usage } = await stock.ask('get_symbols', { symbols: ['IBM', 'XXX', 'AAPL', 'XXX'] });
    expect(content['symbols'].map(({ symbol }: Content) => symbol)).toEqual(['AAPL', 'IBM']);
    expect(content['unknown_symbols']).toEqual(['XXX']);
    expect(usage).toEqual({ recordCount: 2, tableName: 'symbols' });
    expect(await stock.refused('get_symbols', { symbols: ['XXX'] })).toBe(
      'Unknown symbol: "XXX". Find symbols with search_symbols.',
    );
  });
});

describe('get_daily_bars', () => {
  const range = { symbol: '^GSPC', start_date: '2008-09-15', end_date: '2008-10-15' };

  it('gives exactly the rows of the file', async () => {
    const { content, usage } = await stock.ask('get_daily_bars', range);
    expect(content['bars']).toEqual(indexBetween('2008-09-15', '2008-10-15'));
    expect(usage).toEqual({ recordCount: 23, tableName: 'daily_bars' });
  });

  it('pages through the whole series without losing or repeating a day, forwards and backwards', async () => {
    const all = async (newest_first: boolean) => {
      const bars: Content[] = [];
      let args: Content | null = { symbol: '^GSPC', limit: 2_000, fields: ['close'], newest_first };
      while (args) {
        const { content }: { content: Content } = await stock.ask('get_daily_bars', args);
        bars.push(...content['bars']);
        args = content['truncated'] ? { ...args, ...content['next_arguments'] } : null;
      }
      return bars;
    };
    const forwards = INDEX.map(({ date, close }) => ({ date, close }));
    expect(await all(false)).toEqual(forwards);
    expect(await all(true)).toEqual(forwards.reverse());
  });

  it('is empty on a weekend, which is no error', async () => {
    const { content, usage } = await stock.ask('get_daily_bars', { ...range, start_date: '2008-09-13', end_date: '2008-09-14' });
    expect([content['bars'], usage.recordCount]).toEqual([[], 0]);
  });

  it.each([
    [{ start_date: '2001-02-30' }, '"start_date" is not a day: "2001-02-30". Give a day of the calendar'],
    [{ end_date: '2299-99-99' }, '"end_date" is not a day: "2299-99-99"'],
    [{ start_date: '2008-10-16' }, '"start_date" (2008-10-16) is after "end_date" (2008-10-15). Swap them.'],
    [{ symbol: 'XXX' }, 'Unknown symbol: "XXX". Find symbols with search_symbols.'],
    [{ symbol: 'MSFT' }, '"MSFT" has no rows in daily_bars; it is in: symbols, monthly_prices.'],
  ])('says what to do about %j', async (args, words) => {
    expect(await stock.refused('get_daily_bars', { ...range, ...args })).toContain(words);
  });

  it.each([
    [{ symbol: 5 }, '"symbol" must be string'],
    [{ symbol: 'x'.repeat(33) }, '"symbol" must NOT have more than 32 characters'],
    [{ limit: 5_001 }, '"limit" must be <= 5000'],
    [{ limit: 0 }, '"limit" must be >= 1'],
    [{ fields: ['close; DROP TABLE daily_bars'] }, '"fields.0" must be one of: open, high'],
    [{ start_date: '01.02.2001' }, '"start_date" must match pattern'],
    [{ colour: 'red' }, '"colour" is not a known argument'],
  ])('is protected by its schema from %j', async (args, words) => {
    expect(await stock.refused('get_daily_bars', { ...range, ...args })).toContain(words);
  });
});

describe('get_latest_bars and get_bars_on_date', () => {
  it('give the newest bar, also as of a day', async () => {
    const { content } = await stock.ask('get_latest_bars', { symbols: ['^GSPC', 'MSFT'] });
    expect(content).toEqual({ bars: [{ symbol: '^GSPC', ...INDEX.at(-1), ...flags }], symbols_without_bar: ['MSFT'] });
    const { content: then } = await stock.ask('get_latest_bars', { symbols: ['^GSPC'], as_of: '2001-09-16' });
    expect(then['bars'][0]['date']).toBe('2001-09-10');
  });

  it('give all bars of a day', async () => {
    const { content } = await stock.ask('get_bars_on_date', { date: '2001-09-10' });
    expect(content['bars']).toEqual([{ symbol: '^GSPC', ...indexBetween('2001-09-10', '2001-09-10')[0], ...flags }]);
    expect((await stock.ask('get_bars_on_date', { date: '2001-09-11' })).content['bars']).toEqual([]);
    expect(await stock.refused('get_latest_bars', { symbols: ['A', 'B'] })).toBe(
      'Unknown symbols: "A", "B". Find symbols with search_symbols.',
    );
  });
});
