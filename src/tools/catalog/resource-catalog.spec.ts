import { expect, it } from '@jest/globals';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import type { Principal } from '../../auth/access/principal.js';
import type { Resource } from '../source/resource.js';
import type { ToolSource } from '../source/tool-source.js';
import { UriTemplate } from '../source/uri-template.js';
import { ResourceCatalog } from './resource-catalog.service.js';
import { Sources } from './sources.service.js';

const read = () => Promise.reject(new Error('not read here'));
const resource = (uri: string): Resource => ({ uri, name: uri, tableName: '', read });

function template(uriTemplate: string) {
  const pattern = new UriTemplate(uriTemplate);
  return { uriTemplate, name: uriTemplate, tableName: '', read, matches: (uri: string) => pattern.matches(uri) };
}

const source = (name: string, uris: string[], templates: string[], isForeign?: true): ToolSource => ({
  name,
  ...(isForeign && { isForeign }),
  tools: () => [],
  resources: () => uris.map(resource),
  resourceTemplates: () => templates.map(template),
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

it('matches the longest address against the worst templates of ten servers in no time', () => {
  const sources = new Sources();
  const catalog = new ResourceCatalog(sources, testConfig({}));
  catalog.onModuleInit();
  const worst = Array.from(
    { length: 1_000 },
    (_, n) => `x:{+a}${'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{+b}'.repeat(8)}${n}{+c}!`,
  );
  sources.register(source('stranger', [], worst, true));
  const before = process.cpuUsage();
  expect(catalog.find(`x:${'a'.repeat(100_000)}`, caller())).toBeUndefined();
  expect(catalog.find(`x:${'0123456789'.repeat(204)}`, caller())).toBeUndefined();
  expect(catalog.find(`x:${'a'.repeat(2_000)}`, caller())).toBeUndefined();
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_500);
});
