import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SampleData } from '../../src/stock-data/sample/sample-data.service.js';
import { SyntheticData } from '../../src/stock-data/sample/synthetic-data.service.js';
import { ToolInputError } from '../../src/tools/source/tool-source.js';
import { TestStockData, type Content } from '../support/databases/stock-data.js';

let stock: TestStockData;
beforeAll(async () => {
  stock = await TestStockData.start();
  await stock.app.get(SampleData).loadWhenEmpty();
  await stock.app.get(SyntheticData).generate({ symbols: 20, days: 300, seed: 1 });
}, 60_000);
afterAll(() => stock.stop());

describe('every tool', () => {
  it('says what an agent needs, and is strict about what it takes', () => {
    for (const tool of stock.source.tools()) {
      expect(tool.name).toMatch(/^[a-z_]{1,64}$/);
      expect(tool.description.length).toBeGreaterThan(60);
      expect(tool.inputSchema['additionalProperties']).toBe(false);
      expect(tool.annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect(tool.price).toBe(['list_datasets', 'describe_dataset'].includes(tool.name) ? 0 : 1);
    }
  });

  it('bounds every string, list and number it takes', () => {
    for (const tool of stock.source.tools()) for (const schema of leaves(tool.inputSchema)) expect(bound(schema)).toBeDefined();
  });
});

/** Every schema in a schema that has no properties of its own. */
function leaves(schema: Content): Content[] {
  const inner = [...Object.values((schema['properties'] as Content) ?? {}), ...(schema['items'] ? [schema['items']] : [])];
  return [...(schema['type'] === 'object' ? [] : [schema]), ...inner.flatMap((each) => leaves(each as Content))];
}

const bound = (schema: Content) =>
  schema['enum'] ??
  {
    string: schema['maxLength'] ?? schema['pattern'],
    array: schema['maxItems'] ?? schema['uniqueItems'],
    integer: schema['maximum'],
  }[schema['type'] as string] ??
  (['boolean', 'number'].includes(schema['type'] as string) ? 'bounded by its type' : undefined);

describe('SQL in an argument', () => {
  const attacks = ["x' OR 1=1 --", "'; DROP TABLE symbols; --", '{symbol:String}', 'a\\', "') UNION ALL SELECT 1 --", '\0`"'];
  const plain: Record<string, Content> = {
    describe_dataset: { dataset: 'symbols' },
    search_symbols: { query: 'IBM', type: 'stock', exchange: 'XNYS', sector: 'Energy' },
    get_symbols: { symbols: ['IBM'] },
    get_daily_bars: { symbol: '^GSPC' },
    get_latest_bars: { symbols: ['^GSPC'] },
    get_bars_on_date: { date: '2001-09-10', after_symbol: 'A' },
    get_returns: { symbol: '^GSPC' },
    get_period_statistics: { symbol: '^GSPC' },
    get_monthly_prices: { symbol: 'IBM' },
    screen_symbols: { type: 'stock', exchange: 'XNYS', sector: 'Energy' },
    get_trading_days: { exchange: 'XNYS' },
    get_next_trading_day: { date: '2001-09-10', exchange: 'XNYS' },
    get_latest_trading_day: { exchange: 'XNYS' },
    get_valuation: { symbol: 'SYN0001' },
    get_income_statement: { symbol: 'SYN0001' },
  };

  it('is tried on every string argument there is', () => {
    for (const { name, inputSchema } of stock.source.tools()) {
      const texts = Object.entries(inputSchema['properties'] as Content).filter(([, s]) =>
        leaves(s as Content).some((l) => l['maxLength']),
      );
      expect(Object.keys(plain[name] ?? {})).toEqual(expect.arrayContaining(texts.map(([argument]) => argument)));
    }
  });

  it.each(Object.keys(plain))('is data to %s: nothing is found, nothing breaks', async (name) => {
    for (const argument of Object.keys(plain[name]!).filter((each) => each !== 'date')) {
      for (const attack of attacks) {
        const value = Array.isArray(plain[name]![argument]) ? [attack] : attack;
        const answer = await stock.ask(name, { ...plain[name], [argument]: value }).catch((error: Error) => error);
        if (answer instanceof Error) expect([ToolInputError, Error]).toContain(answer.constructor);
        if (answer instanceof Error) expect(answer.message).toMatch(/^Unknown|characters/);
        else expect(answer.usage.recordCount).toBe(argument === 'after_symbol' && attack < '^GSPC' ? 1 : 0);
      }
    }
  });

  it('left every table as it was', async () => {
    expect((await stock.ask('describe_dataset', { dataset: 'symbols' })).content['row_count']).toBe(26);
  });
});
