import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SampleData } from '../../src/stock-data/sample/sample-data.service.js';
import { INDEX, indexBetween, sampleLines } from '../support/databases/sample-files.js';
import { TestStockData, type Content } from '../support/databases/stock-data.js';

let stock: TestStockData;
beforeAll(async () => {
  stock = await TestStockData.start();
  await stock.app.get(SampleData).loadWhenEmpty();
}, 60_000);
afterAll(() => stock.stop());

describe('get_returns', () => {
  it('by day are those of the file, the first measured from the day before the range', async () => {
    const { content } = await stock.ask('get_returns', {
      symbol: '^GSPC',
      period: 'day',
      start_date: '2008-10-01',
      end_date: '2008-10-31',
    });
    const from = INDEX.findIndex(({ date }) => date === '2008-10-01');
    const expected = indexBetween('2008-10-01', '2008-10-31').map(({ date, adj_close }, n) => [
      date,
      adj_close / INDEX[from + n - 1]!.adj_close - 1,
    ]);
    expect(content['returns'].map((each: Content) => [each['end_date'], each['return']])).toEqual(expected);
  });

  it('by month compound to the return over all months', async () => {
    const { content } = await stock.ask('get_returns', { symbol: '^GSPC', period: 'month' });
    expect(content['returns']).toHaveLength(244);
    expect(content['returns'][0]['return']).toBeNull();
    const compounded = content['returns'].slice(1).reduce((product: number, each: Content) => product * (1 + each['return']), 1);
    const januaryEnd = indexBetween('2000-01-01', '2000-01-31').at(-1)!.adj_close;
    expect(compounded).toBeCloseTo(INDEX.at(-1)!.adj_close / januaryEnd, 10);
  });

  it('go on where a page ended with the same numbers', async () => {
    const whole = (await stock.ask('get_returns', { symbol: '^GSPC', period: 'week', limit: 30 })).content['returns'];
    const first = (await stock.ask('get_returns', { symbol: '^GSPC', period: 'week', limit: 10 })).content;
    const rest = (await stock.ask('get_returns', { symbol: '^GSPC', period: 'week', limit: 20, ...first['next_arguments'] }))
      .content;
    expect([...first['returns'], ...rest['returns']]).toEqual(whole);
  });
});

describe('get_period_statistics', () => {
  it('are those computed from the file in another way', async () => {
    const { content } = await stock.ask('get_period_statistics', {
      symbol: '^GSPC',
      start_date: '2007-01-01',
      end_date: '2009-12-31',
    });
    const prices = indexBetween('2007-01-01', '2009-12-31');
    const logs = prices.slice(1).map(({ adj_close }, n) => Math.log(adj_close) - Math.log(prices[n]!.adj_close));
    const [sum, squares] = [logs.reduce((a, b) => a + b, 0), logs.reduce((a, b) => a + b * b, 0)];
    const volatility = Math.sqrt(((squares - sum ** 2 / logs.length) / (logs.length - 1)) * 252);
    const drawdowns = prices.map(
      ({ adj_close }, n) => adj_close / Math.max(...prices.slice(0, n + 1).map((each) => each.adj_close)) - 1,
    );
    expect(content['statistics']).toMatchObject({
      bars: prices.length,
      total_return: expect.closeTo(prices.at(-1)!.adj_close / prices[0]!.adj_close - 1, 12),
      annualised_volatility: expect.closeTo(volatility, 10),
      max_drawdown: { drawdown: expect.closeTo(Math.min(...drawdowns), 12), peak_date: '2007-10-09', trough_date: '2009-03-09' },
      best_day: { date: '2008-10-13', return: expect.closeTo(Math.exp(Math.max(...logs)) - 1, 12) },
      worst_day: { date: '2008-10-15', return: expect.closeTo(Math.exp(Math.min(...logs)) - 1, 12) },
    });
  });

  it('are null in a range without bars', async () => {
    const { content, usage } = await stock.ask('get_period_statistics', { symbol: '^GSPC', end_date: '1999-12-31' });
    expect([content['statistics'], usage.recordCount]).toEqual([null, 0]);
  });
});

describe('get_monthly_prices', () => {
  it('gives exactly the rows of the file', async () => {
    const { content } = await stock.ask('get_monthly_prices', { symbol: 'GOOG' });
    const prices = sampleLines('stocks.csv').filter(([symbol]) => symbol === 'GOOG');
    expect(content['rows'].map(({ price }: Content) => price)).toEqual(prices.map(([, , price]) => Number(price)));
    expect([content['rows'][0]['month'], content['rows'].at(-1)['month']]).toEqual(['2004-08-01', '2010-03-01']);
  });

  it('pages', async () => {
    const { content } = await stock.ask('get_monthly_prices', { symbol: 'GOOG', limit: 67 });
    const { content: rest } = await stock.ask('get_monthly_prices', { symbol: 'GOOG', limit: 67, ...content['next_arguments'] });
    expect(rest).toMatchObject({ truncated: false, rows: [{ month: '2010-03-01' }] });
  });
});

describe('trading days', () => {
  it('are the days of the file', async () => {
    const { content } = await stock.ask('get_trading_days', { start_date: '2001-09-01', end_date: '2001-09-30' });
    expect(content).toMatchObject({ exchange: 'XNYS', days: indexBetween('2001-09-01', '2001-09-30').map(({ date }) => date) });
  });

  it('after and before a day', async () => {
    const next = async (date: string) => (await stock.ask('get_next_trading_day', { date })).content['next_trading_day'];
    const latest = async (date?: string) =>
      (await stock.ask('get_latest_trading_day', date ? { date } : {})).content['latest_trading_day'];
    expect([await next('2001-09-10'), await next('2001-09-17'), await next('2020-04-17'), await next('2299-12-31')]).toEqual([
      '2001-09-17',
      '2001-09-18',
      null,
      null,
    ]);
    expect([await latest(), await latest('2001-09-16'), await latest('1999-12-31')]).toEqual(['2020-04-17', '2001-09-10', null]);
  });

  it('of an unknown exchange are refused by naming the known', async () => {
    expect(await stock.refused('get_trading_days', { exchange: 'XXXX' })).toBe(
      'Unknown exchange: "XXXX". Exchanges with a calendar: XNYS.',
    );
  });
});
