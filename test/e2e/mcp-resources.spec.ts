import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

let gateway: GatewayProcess;
let legacy: Client;
let modern: ModernClient;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  [legacy, modern] = [new Client({ name: 'legacy', version: '1' }), await modernClient()];
  const requestInit = { headers: { Authorization: `Bearer ${gateway.apiKey}` } };
  await legacy.connect(new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), { requestInit }));
}, 60_000);
afterAll(async () => {
  await legacy.close();
  await modern.close();
  await gateway.destroy();
});

async function modernClient(): Promise<ModernClient> {
  const client = new ModernClient({ name: 'modern', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const requestInit = { headers: { Authorization: `Bearer ${gateway.apiKey}` } };
  await client.connect(new ModernTransport(new URL(gateway.mcpUrl), { requestInit }));
  return client;
}

const textOf = ({ contents }: { contents: unknown[] }) => JSON.parse((contents[0] as { text: string }).text) as never;

describe('resources of the stock service', () => {
  it('are listed for either era: each dataset, the settings, and patterns for the rest', async () => {
    for (const client of [legacy, modern]) {
      const uris = (await client.listResources()).resources.map(({ uri }) => uri);
      expect(uris).toEqual(expect.arrayContaining(['config://settings', 'dataset://daily_bars', 'dataset://symbols']));
      const { resourceTemplates } = await client.listResourceTemplates();
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['dataset://{name}', 'symbol://{symbol}']);
    }
  });

  it('dataset://{name} tells the columns and shows a few rows', async () => {
    for (const client of [legacy, modern]) {
      const dataset = textOf(await client.readResource({ uri: 'dataset://daily_bars' }));
      expect(dataset).toMatchObject({ dataset: 'daily_bars', columns: expect.any(Array), first_date: '2000-01-03' });
      expect((dataset as { sample: unknown[] }).sample).toHaveLength(5);
    }
  });

  it('symbol://{symbol} tells what an instrument is and which datasets have it', async () => {
    const symbol = textOf(await legacy.readResource({ uri: 'symbol://%5EGSPC' }));
    expect(symbol).toMatchObject({ symbol: '^GSPC', type: 'index', datasets: ['symbols', 'daily_bars'] });
  });

  it('that do not exist are refused with the code of the era, naming the address', async () => {
    for (const uri of ['symbol://NOPE', 'dataset://nope', 'other://x']) {
      await expect(legacy.readResource({ uri })).rejects.toMatchObject({ code: -32002, data: { uri } });
      await expect(modern.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
    }
  });

  it('config://settings tells a caller the limits, and nothing that is the operator’s', async () => {
    const settings = textOf(await legacy.readResource({ uri: 'config://settings' }));
    expect(settings).toMatchObject({ version: expect.any(String), calls_per_hour: 5_000, credits_mode: 'optional' });
    expect(JSON.stringify(settings)).not.toMatch(/secret|password|_url|data_dir/);
  });

  it('are hidden from a key with a list of tools that does not name them, and read where it does', async () => {
    const allowed_tools = ['greet', 'dataset://daily_bars', 'symbol://{symbol}', 'analyze_symbol'];
    const { json } = await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'narrow', allowed_tools });
    const ask = async (method: string, params: object = {}) => (await gateway.mcp(method, params, json.api_key as string)).json;
    expect((await ask('resources/list')).result.resources).toMatchObject([{ uri: 'dataset://daily_bars' }]);
    expect((await ask('resources/templates/list')).result.resourceTemplates).toMatchObject([
      { uriTemplate: 'symbol://{symbol}' },
    ]);
    expect((await ask('prompts/list')).result.prompts).toMatchObject([{ name: 'analyze_symbol' }]);
    expect((await ask('resources/read', { uri: 'dataset://symbols' })).error.code).toBe(-32002);
    expect((await ask('resources/read', { uri: 'symbol://AAPL' })).result.contents).toHaveLength(1);
    expect((await ask('prompts/get', { name: 'compare_symbols', arguments: { symbols: 'A,B' } })).error.code).toBe(-32602);
  });
});

describe('prompts of the stock service', () => {
  it('start an analysis with the arguments filled in', async () => {
    for (const client of [legacy, modern]) {
      expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual([
        'analyze_symbol',
        'compare_symbols',
        'explore_dataset',
      ]);
      const { messages } = await client.getPrompt({
        name: 'analyze_symbol',
        arguments: { symbol: 'AAPL', start_date: '2008-01-01' },
      });
      expect((messages[0]!.content as { text: string }).text).toMatch(/^Analyze AAPL from 2008-01-01\./);
    }
  });

  it('say which argument is missing', async () => {
    await expect(legacy.getPrompt({ name: 'analyze_symbol' })).rejects.toThrow(/"symbol" is required/);
    await expect(legacy.getPrompt({ name: 'nope' })).rejects.toThrow(/unknown prompt nope/);
  });
});

describe('completion', () => {
  const complete = async (ref: object, name: string, value: string) =>
    (await legacy.complete({ ref: ref as never, argument: { name, value } })).completion.values;

  it('knows symbols, the last of a list of symbols, and datasets', async () => {
    expect(await complete({ type: 'ref/resource', uri: 'symbol://{symbol}' }, 'symbol', 'aa')).toEqual(['AAPL']);
    expect(await complete({ type: 'ref/prompt', name: 'compare_symbols' }, 'symbols', 'IBM,ms')).toEqual(['IBM,MSFT']);
    expect(await complete({ type: 'ref/prompt', name: 'explore_dataset' }, 'dataset', 'daily_b')).toEqual(['daily_bars']);
    expect(await complete({ type: 'ref/resource', uri: 'dataset://{name}' }, 'name', '')).toContain('symbols');
  });

  it('suggests nothing for other arguments, and refuses what it cannot know', async () => {
    expect(await complete({ type: 'ref/prompt', name: 'analyze_symbol' }, 'start_date', '20')).toEqual([]);
    await expect(complete({ type: 'ref/prompt', name: 'nope' }, 'a', '')).rejects.toMatchObject({ code: -32602 });
  });
});

it('a read is recorded like a call, under its method and the table it read', async () => {
  await legacy.readResource({ uri: 'dataset://daily_bars' });
  await eventually(async () => {
    const { json } = await gateway.rest('GET', '/api/mcp-usage/history?tool_name=resources%2Fread');
    expect(json['records']).toContainEqual(
      expect.objectContaining({ service: 'stock-data', table_name: 'daily_bars', record_count: 5 }),
    );
  });
}, 20_000);
