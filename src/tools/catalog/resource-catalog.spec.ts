import { beforeAll, describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import type { Principal } from '../../auth/access/principal.js';
import type { Resource } from '../source/resource.js';
import type { ToolSource } from '../source/tool-source.js';
import { TemplateWork } from '../source/template-work.js';
import { UriTemplate } from '../source/uri-template.js';
import { ResourceCatalog } from './resource-catalog.service.js';
import { Sources } from './sources.service.js';

const read = () => Promise.reject(new Error('not read here'));
const resource = (uri: string): Resource => ({ uri, name: uri, tableName: '', read });

function template(uriTemplate: string, server: string) {
  const pattern = new UriTemplate(uriTemplate);
  const matches = (uri: string, work: TemplateWork) => pattern.matches(uri, (chars) => work.take(server, chars));
  return { uriTemplate, name: uriTemplate, tableName: '', read, matches };
}

const source = (name: string, uris: string[], templates: string[], isForeign?: true): ToolSource => ({
  name,
  ...(isForeign && { isForeign }),
  tools: () => [],
  resources: () => uris.map(resource),
  resourceTemplates: () => templates.map((text) => template(text, name)),
  onChange: () => undefined,
});

const caller = (allowed?: string[]): Principal => ({
  userId: 'u',
  role: 'user',
  scopes: new Set(['tools:call']),
  ...(allowed && { apiKey: { id: 'k', name: 'k', allowedTools: new Set(allowed), rateLimitPerHour: null } }),
});

/** A stranger who was there first offers everything that our own source has, in every form. */
function catalog(): ResourceCatalog {
  const sources = new Sources();
  const catalog = new ResourceCatalog(sources, testConfig({}));
  catalog.onModuleInit();
  sources.register(source('stranger', ['symbol://MSFT', 'note://today'], ['symbol://{+any}', 'note://{day}'], true));
  sources.register(source('own', [], ['symbol://{symbol}']));
  return catalog;
}

it('gives an address of our own to no stranger, who may name it alone, by a wider template, or be there first', () => {
  for (const uri of ['symbol://MSFT', 'symbol://AAPL']) expect(catalog().find(uri, caller())?.source.name).toBe('own');
  expect(catalog().find('note://today', caller())?.source.name).toBe('stranger');
});

it('gives it to no stranger either where the caller may not read ours', () => {
  expect(catalog().find('symbol://MSFT', caller(['symbol://{+any}']))).toBeUndefined();
  expect(catalog().find('note://monday', caller(['note://{day}']))?.source.name).toBe('stranger');
});

describe('the worst templates of ten servers', () => {
  const worst = (n: number) => `x:{+a}${'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{+b}'.repeat(8)}${n}{+c}`;
  let catalog: ResourceCatalog;
  beforeAll(() => {
    const sources = new Sources();
    catalog = new ResourceCatalog(sources, testConfig({}));
    catalog.onModuleInit();
    for (let server = 0; server < 10; server += 1) {
      const texts = Array.from({ length: 100 }, (_, n) => worst(server * 100 + n));
      sources.register(source(`stranger-${server}`, [], texts, true));
    }
    sources.register(source('honest', ['x:exact'], ['x:{page}'], true));
  });

  it('are compared with a hundred of the longest addresses for some milliseconds in all, then the request is refused', async () => {
    const findAll = () => {
      const work = new TemplateWork();
      for (let n = 0; n < 100; n += 1) catalog.find(`x:${n}${'a'.repeat(2_000)}`, caller(), work);
    };
    const isRefused = () => expect(findAll).toThrow('name fewer or shorter ones');
    expect(await leastCpuMs(isRefused)).toBeLessThan(QUICK_MS);
  });

  it('take nothing from other servers, and cost a short address little', () => {
    const work = new TemplateWork();
    for (let n = 0; n < 100; n += 1) expect(catalog.find(`x:a${n}`, caller(), work)?.source.name).toBe('honest');
    expect(catalog.find('x:exact', caller())?.offer.name).toBe('x:exact');
    expect(catalog.find(`x:${'a'.repeat(2_000)}`, caller())?.source.name).toBe('honest');
    expect(catalog.find(`x:${'a'.repeat(100_000)}`, caller())).toBeUndefined();
  });
});
