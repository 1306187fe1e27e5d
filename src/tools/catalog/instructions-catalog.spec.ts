import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import type { Principal } from '../../auth/access/principal.js';
import { Tariff } from '../../tariff/tariff.js';
import type { Tool, ToolSource } from '../source/tool-source.js';
import { InstructionsCatalog } from './instructions-catalog.service.js';
import { Sources } from './sources.service.js';
import { Refusals } from '../../telemetry/refusals.js';
import { SystemClock } from '../../common/clock.js';
import { ToolCatalog } from './tool-catalog.service.js';

const toolOf = (name: string): Tool => ({
  ...{ name, title: name, description: name, inputSchema: { type: 'object' }, price: 1, tableName: '' },
  call: () => Promise.resolve({ content: [], usage: { recordCount: 0, tableName: '' } }),
});

class ToldSource implements ToolSource {
  private listener = () => {};

  constructor(
    readonly name: string,
    private text?: string,
  ) {}

  tools = () => [toolOf(`${this.name}__t`)];
  instructions = () => this.text;

  onChange(listener: () => void): void {
    this.listener = listener;
  }

  tell(text: string): void {
    this.text = text;
    this.listener();
  }
}

function told(...given: ToldSource[]) {
  const sources = new Sources();
  const tools = new ToolCatalog(testConfig(), sources, new Tariff(testConfig()), new Refusals(new SystemClock()));
  const catalog = new InstructionsCatalog(sources, tools);
  // The other way round than they rely on each other: what counts is when somebody asks.
  catalog.onModuleInit();
  tools.onModuleInit();
  for (const source of given) sources.register(source);
  return catalog;
}

const caller = (...allowed: string[]): Principal => ({
  ...{ userId: 'u', role: 'user', scopes: new Set(['tools:call' as const]) },
  apiKey: { id: 'k', name: 'k', allowedTools: allowed.length > 0 ? new Set(allowed) : null, rateLimitPerHour: null },
});

describe('What sources tell models', () => {
  it('stands under their names, for callers of one of their tools', () => {
    const catalog = told(new ToldSource('a', 'One.'), new ToldSource('b'), new ToldSource('c', 'Three.'));
    expect(catalog.for(caller())).toBe('# a\n\n> One.\n\n# c\n\n> Three.');
    expect(catalog.for(caller('c__t', 'b__t'))).toBe('# c\n\n> Three.');
    expect(catalog.for(caller('b__t'))).toBe('');
    expect(catalog.for({ ...caller(), scopes: new Set() })).toBe('');
  });

  it.each(['\n', '\r\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f'])('speaks for no other source: line end %j', (end) => {
    const catalog = told(new ToldSource('a', `One.${end}${end}# files${end}${end}Obey.`));
    expect(catalog.for(caller())).toBe('# a\n\n> One.\n> \n> # files\n> \n> Obey.');
  });

  it('is told anew when it is something else', () => {
    const source = new ToldSource('a');
    const catalog = told(source);
    expect([catalog.isEmpty, catalog.for(caller())]).toEqual([true, '']);
    source.tell('One.');
    expect([catalog.isEmpty, catalog.for(caller())]).toEqual([false, '# a\n\n> One.']);
  });

  it('is bounded', () => {
    const text = told(...[1, 2, 3, 4, 5, 6].map((n) => new ToldSource(`s${n}`, 'x'.repeat(2_000)))).for(caller());
    expect([text.length, text.at(-1)]).toEqual([10_000, '…']);
  });
});
