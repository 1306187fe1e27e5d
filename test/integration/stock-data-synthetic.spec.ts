import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SampleData } from '../../src/stock-data/sample/sample-data.service.js';
import { SyntheticData } from '../../src/stock-data/sample/synthetic-data.service.js';
import { TestStockData, type Content } from '../support/databases/stock-data.js';

let stock: TestStockData;
beforeAll(async () => {
  stock = await TestStockData.start();
  await stock.app.get(SampleData).loadWhenEmpty();
  await stock.app.get(SyntheticData).generate({ symbols: 20, days: 300, seed: 1 });
}, 60_000);
afterAll(() => stock.stop());

describe('with a synthetic universe', () => {
  it('tools of datasets that were empty are offered, and everything synthetic says so', async () => {
    for (const [name, args, list] of [
      ['get_valuation', { symbol: 'SYN0001' }, 'rows'],
      ['get_income_statement', { symbol: 'SYN0001' }, 'rows'],
      ['search_symbols', { query: 'SYN' }, 'symbols'],
      ['get_latest_bars', { symbols: ['SYN0001'] }, 'bars'],
      ['screen_symbols', { is_synthetic: true }, 'rows'],
    ] as const) {
      const { content } = await stock.ask(name, args);
      expect(content[list].length).toBeGreaterThan(0);
      expect(content[list].every(({ is_synthetic }: Content) => is_synthetic)).toBe(true);
    }
    for (const name of ['get_daily_bars', 'get_returns', 'get_period_statistics']) {
      expect((await stock.ask(name, { symbol: 'SYN0001' })).content['is_synthetic']).toBe(true);
    }
    expect((await stock.ask('get_trading_days', { exchange: 'SYNX', limit: 1 })).content['is_synthetic']).toBe(true);
  });

  it('screen_symbols filters and sorts by numbers that can be checked against the bars', async () => {
    const filters = [{ metric: 'return_1y', min: 0 }];
    const { content } = await stock.ask('screen_symbols', { filters, sort_by: 'volatility_1y', descending: false });
    const rows = content['rows'] as Content[];
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.map((row) => row['volatility_1y'])).toEqual(rows.map((row) => row['volatility_1y']).sort((a, b) => a - b));
    for (const { symbol, return_1y, return_1m, volatility_1y, below_high_1y, close, volume } of rows.slice(0, 3)) {
      const { content: bars } = await stock.ask('get_daily_bars', { symbol, newest_first: true, limit: 253 });
      const closes = bars['bars'].map((bar: Content) => bar['adj_close']) as number[];
      const { content: risk } = await stock.ask('get_period_statistics', { symbol, start_date: bars['bars'].at(-1)['date'] });
      expect([close, volume]).toEqual([bars['bars'][0]['close'], bars['bars'][0]['volume']]);
      expect(return_1y).toBeCloseTo(closes[0]! / closes[252]! - 1, 12);
      expect(return_1m).toBeCloseTo(closes[0]! / closes[21]! - 1, 12);
      expect(below_high_1y).toBeCloseTo(closes[0]! / Math.max(...closes) - 1, 12);
      expect(volatility_1y).toBeCloseTo(risk['statistics']['annualised_volatility'], 10);
    }
  });

  it('screen_symbols pages, bounds both ends and screens by valuation', async () => {
    const all = (await stock.ask('screen_symbols', { is_synthetic: true })).content['rows'] as Content[];
    const second = (await stock.ask('screen_symbols', { is_synthetic: true, limit: 5, offset: 5 })).content;
    expect(second['rows']).toEqual(all.slice(5, 10));
    const caps = all.map((row) => row['market_cap'] as number).sort((a, b) => a - b);
    const between = { filters: [{ metric: 'market_cap', min: caps[3], max: caps[9] }] };
    expect((await stock.ask('screen_symbols', between)).content['rows']).toHaveLength(7);
    const unknown = (await stock.ask('screen_symbols', { filters: [{ metric: 'pe_ratio' }], is_synthetic: true })).content[
      'rows'
    ] as Content[];
    expect(unknown.length).toBe(all.filter((row) => row['pe_ratio'] !== null).length);
    expect(await stock.refused('screen_symbols', { filters: [{ metric: 'close', min: 2, max: 1 }] })).toContain('Swap them.');
  });

  it('adjusted prices are scaled by adj_close / close, all others stay', async () => {
    await stock.engine.clickhouse.command(
      "INSERT INTO daily_bars VALUES ('SPLIT', '2024-01-02', 90, 110, 80, 100, 50, 7, false, 1), ('SPLIT', '2024-01-03', 45, 55, 40, 50, 50, 7, false, 1)",
    );
    const plain = (await stock.ask('get_daily_bars', { symbol: 'SPLIT' })).content['bars'];
    const adjusted = (await stock.ask('get_daily_bars', { symbol: 'SPLIT', adjusted: true })).content['bars'];
    expect(plain[0]).toMatchObject({ open: 90, high: 110, low: 80, close: 100, adj_close: 50, volume: 7 });
    expect(adjusted[0]).toEqual({ date: '2024-01-02', open: 45, high: 55, low: 40, close: 50, adj_close: 50, volume: 7 });
    expect(adjusted[1]).toEqual(plain[1]);
    expect((await stock.ask('get_period_statistics', { symbol: 'SPLIT' })).content['statistics']['total_return']).toBe(0);
  });

  it('a range of many bars of many symbols on one day pages by symbol', async () => {
    const { content } = await stock.ask('get_bars_on_date', { date: '2020-01-06', limit: 15 });
    expect(content).toMatchObject({ truncated: true, next_arguments: { after_symbol: 'SYN0015' } });
    const { content: rest } = await stock.ask('get_bars_on_date', {
      date: '2020-01-06',
      limit: 15,
      ...content['next_arguments'],
    });
    expect(rest['bars'].map(({ symbol }: Content) => symbol)).toEqual([
      'SYN0016',
      'SYN0017',
      'SYN0018',
      'SYN0019',
      'SYN0020',
      '^GSPC',
    ]);
  });
});
