import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../test/support/gateway/test-config.js';
import { Clock } from '../common/clock.js';
import { compileArguments } from '../tools/catalog/tool-arguments.js';
import { HourlyLimits } from '../limits/hourly-limits.js';
import { Tariff } from '../tariff/tariff.js';
import type { CallContext } from '../tools/source/call-context.js';
import { ToolInputError } from '../tools/source/tool-source.js';
import { ExamplesSource } from './examples.source.js';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const clock = { now: () => NOON } as Clock;
const config = testConfig();
const source = new ExamplesSource(clock, config, new Tariff(config), new HourlyLimits(config));
const tools = new Map(source.tools().map((tool) => [tool.name, tool]));
const call = (name: string, args: Record<string, unknown>) => tools.get(name)!.call(args, {} as CallContext);
const text = async (name: string, args: Record<string, unknown>) => (await call(name, args)).content[0];

describe('the examples', () => {
  it('are greet, add and timestamp, free of charge', () => {
    expect([...tools.values()].map(({ name, price }) => [name, price])).toEqual([
      ['greet', 0],
      ['add', 0],
      ['timestamp', 0],
    ]);
  });

  it('answer as in source 001', async () => {
    expect(await text('greet', { name: 'Alice' })).toEqual({ type: 'text', text: 'Hello, Alice!' });
    expect(await call('add', { a: 1, b: 2 })).toMatchObject({ content: [{ text: '3' }], structuredContent: { sum: 3 } });
    expect(await text('timestamp', {})).toEqual({ type: 'text', text: '2026-11-21T12:00:00.000Z' });
  });

  it.each([
    ['greet', { name: 'Alice' }, 'Hello, Alice!'],
    ['timestamp', {}, '2026-11-21T12:00:00.000Z'],
  ])("%s gives its text in the structure that FastMCP's client opens", async (name, args, result) => {
    const { outputSchema } = tools.get(name)!;
    expect(outputSchema).toMatchObject({ properties: { result: { type: 'string' } }, 'x-fastmcp-wrap-result': true });
    expect((await call(name, args)).structuredContent).toEqual({ result });
  });

  it('say what to do about a sum that is no number', async () => {
    await expect(call('add', { a: 1.7e308, b: 1.7e308 })).rejects.toThrow(ToolInputError);
  });

  it.each([
    ['greet', {}],
    ['greet', { name: '' }],
    ['greet', { name: 'Alice', age: 3 }],
    ['add', { a: '1', b: 2 }],
    ['timestamp', { zone: 'UTC' }],
  ])('%s refuses %j', (name, args) => {
    expect(compileArguments(tools.get(name)!.inputSchema)(args)).toBeTruthy();
  });
});
