import { describe, expect, it } from '@jest/globals';
import { poolsFor, separations, type MaybePlaced } from './unplaced-servers.service.js';

const server = (name: string, config: string | undefined, pool: string | null = null, templateName = 'http'): MaybePlaced => ({
  ...{ id: name, name, config, pool, templateName },
});
const pools = (...servers: MaybePlaced[]) => Object.fromEntries(poolsFor(servers));

describe('Servers that a release without pools has registered', () => {
  it('stay one pool, of the name of their template, where they are configured alike', () => {
    expect(pools(server('http-1', 'a'), server('http-2', 'a'))).toEqual({ 'http-1': 'http', 'http-2': 'http' });
  });

  it('become pools where they are not: the first keeps the name, another has that of its first server', () => {
    expect(pools(server('http-2', 'a'), server('http-3', 'b'), server('http-5', 'a'), server('http-7', 'b'))).toEqual({
      'http-2': 'http',
      'http-3': 'http-3',
      'http-5': 'http',
      'http-7': 'http-3',
    });
  });

  it('are not one with those of another template', () => {
    const other = server('files-1', 'a', null, 'files');
    expect(pools(server('http-1', 'a'), other)).toEqual({ 'http-1': 'http', 'files-1': 'files' });
  });

  it('join those that an older replica has registered since, and take no name that is taken', () => {
    expect(pools(server('crm', 'a', 'crm'), server('http-1', 'a'))).toEqual({ 'http-1': 'crm' });
    expect(pools(server('http', 'b', 'http'), server('http-1', 'a'))).toEqual({ 'http-1': 'http-1' });
    expect(pools(server('http', 'b', 'crm'), server('http-1', 'a'))).toEqual({ 'http-1': 'http-1' });
    const odd = [server('http', 'b', 'http'), server('c', 'c', 'http-1')];
    expect(pools(...odd, server('http-1', 'a'))).toEqual({ 'http-1': 'http-1-2' });
  });

  it('wait while their config does not open: with a wrong secret key no two are alike', () => {
    expect(pools(server('http-1', undefined), server('http-2', undefined))).toEqual({});
    expect(pools(server('http-1', undefined), server('http-2', 'b'))).toEqual({ 'http-2': 'http' });
  });
});

describe('The log', () => {
  const stored = (name: string, pool: string) => ({ name, pool, templateName: 'http' });

  it('says which servers of a template are not one pool any more', () => {
    expect(separations([stored('http-1', 'http'), stored('http-2', 'http-2'), stored('http-3', 'http')])).toEqual([
      expect.stringContaining(
        'Servers of the template "http" that are configured differently are pools of their own now: http (http-1, http-3), http-2 (http-2).',
      ),
    ]);
  });

  it('says nothing where nothing has changed for callers', () => {
    expect(separations([stored('http-1', 'http'), stored('http-3', 'http')])).toEqual([]);
  });
});
