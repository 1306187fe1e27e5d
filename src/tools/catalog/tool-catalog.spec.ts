import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import type { Principal } from '../../auth/access/principal.js';
import type { Scope } from '../../auth/access/scopes.js';
import { justAmount, Tariff } from '../../tariff/tariff.js';
import { Sources } from './sources.service.js';
import { ToolCatalog } from './tool-catalog.service.js';
import { Refusals } from '../../telemetry/refusals.js';
import { SystemClock } from '../../common/clock.js';
import type { Tool, ToolSource } from '../source/tool-source.js';

const tool = (name: string, price = 1): Tool => ({
  name,
  title: name,
  description: name,
  inputSchema: { type: 'object' },
  price,
  tableName: '',
  call: () => Promise.resolve({ content: [], usage: { recordCount: 0, tableName: '' } }),
});

class FakeSource implements ToolSource {
  readonly name = 'fake';
  private listener = () => {};

  constructor(private current: Tool[]) {}

  tools = () => this.current;

  onChange(listener: () => void): void {
    this.listener = listener;
  }

  change(tools: Tool[]): void {
    this.current = tools;
    this.listener();
  }
}

const caller = (scopes: Scope[], allowedTools: string[] | null = null): Principal => ({
  userId: 'u',
  role: 'user',
  scopes: new Set(scopes),
  apiKey: { id: 'k', name: 'k', allowedTools: allowedTools && new Set(allowedTools), rateLimitPerHour: null },
});

function catalogOf(...tools: Tool[]) {
  const sources = new Sources();
  const config = testConfig({ tools: { prices: { dear: 7 } } });
  const tariff = new Tariff(config);
  const catalog = new ToolCatalog(config, sources, tariff, new Refusals(new SystemClock()));
  const source = new FakeSource(tools);
  catalog.onModuleInit();
  sources.register(source);
  const namesFor = (principal: Principal) => (JSON.parse(catalog.listFor(principal).json) as Tool[]).map(({ name }) => name);
  return { catalog, source, sources, tariff, namesFor };
}

describe('ToolCatalog', () => {
  it('lists in a fixed order and lets call exactly what it lists', () => {
    const { catalog, namesFor } = catalogOf(tool('b'), tool('a'), tool('c'));
    const limited = caller(['tools:call'], ['c', 'a', 'nothing']);
    expect(namesFor(limited)).toEqual(['a', 'c']);
    for (const name of ['a', 'b', 'c']) expect(catalog.find(name, limited) !== undefined).toBe(name !== 'b');
  });

  it('leaves out a tool whose schema cannot be compiled, and that one only', () => {
    const broken = { ...tool('broken'), inputSchema: { type: 'object' as const, $ref: 'https://example.com/none' } };
    expect(catalogOf(tool('a'), broken, tool('c')).namesFor(caller(['tools:call']))).toEqual(['a', 'c']);
  });

  it('shows nothing to a caller without the scope', () => {
    const { catalog, namesFor } = catalogOf(tool('a'));
    expect(namesFor(caller(['gateway:read']))).toEqual([]);
    expect(catalog.find('a', caller(['gateway:read']))).toBeUndefined();
    expect(namesFor(caller(['admin']))).toEqual(['a']);
  });

  it('refuses a forbidden tool in the words of an unknown one', () => {
    const { catalog } = catalogOf(tool('a'));
    const limited = caller(['tools:call'], ['other']);
    expect(() => catalog.get('a', limited)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_TOOL', message: 'Unknown tool: a' }),
    );
    expect(() => catalog.get('z', limited)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_TOOL', message: 'Unknown tool: z' }),
    );
  });

  it('follows a source that changes', () => {
    const { source, namesFor } = catalogOf(tool('a'));
    expect(namesFor(caller(['tools:call']))).toEqual(['a']);
    source.change([tool('a'), tool('b')]);
    expect(namesFor(caller(['tools:call']))).toEqual(['a', 'b']);
  });

  it('serializes a list once for all callers who see the same tools', () => {
    const { catalog } = catalogOf(tool('a'), tool('b'));
    expect(catalog.listFor(caller(['tools:call'], ['b', 'a']))).toBe(catalog.listFor(caller(['tools:call'], ['a', 'b'])));
  });

  it('takes prices from the configuration first', () => {
    const { catalog } = catalogOf(tool('dear', 1), tool('plain', 2));
    expect(catalog.find('dear', caller(['admin']))!.price).toBe(7);
    expect(catalog.find('plain', caller(['admin']))!.price).toBe(2);
  });

  it('has another price from now on when an admin sets one; a call that was admitted keeps its own', () => {
    const { catalog, tariff } = catalogOf(tool('dear', 1), tool('plain', 2), tool('other', 2));
    let listsChanged = 0;
    catalog.onChange(() => (listsChanged += 1));
    const [admitted, other] = ['plain', 'other'].map((name) => catalog.find(name, caller(['admin']))!);
    const set = { ...justAmount(9), kind: 'price' as const, changedBy: null, changedAt: new Date(0) };
    tariff.replace([
      { ...set, name: 'plain' },
      { ...set, name: 'dear' },
    ]);
    expect(catalog.all().map(({ tool: { name }, price }) => [name, price])).toEqual([
      ['dear', 7],
      ['other', 2],
      ['plain', 9],
    ]);
    expect([admitted!.price, catalog.find('other', caller(['admin'])), listsChanged]).toEqual([2, other, 0]);
  });

  it('keeps the first of two tools of one name', () => {
    const { catalog, sources, namesFor } = catalogOf(tool('a', 3));
    sources.register(new FakeSource([tool('a', 9)]));
    expect(namesFor(caller(['admin']))).toEqual(['a']);
    expect(catalog.find('a', caller(['admin']))!.price).toBe(3);
  });
});
