import { describe, expect, it } from '@jest/globals';
import { templateSchema } from '../../config/template-config.js';
import { templateOf } from '../templates/server-template.js';
import { baseNameOf, firstFree, namesFor, SERVER_NAME, type NamedServer } from './server-names.js';

const server = (name: string, pool = name, templateName = 'http'): NamedServer => ({ name, pool, templateName });
const wanted = (names: { name?: string; pool?: string } = {}) => ({ templateName: 'http', base: 'http', ...names });

describe('A server is called', () => {
  it('as its template, then with the first number that is free; what was removed may be used again', () => {
    expect(namesFor(wanted(), [])).toEqual({ name: 'http', pool: 'http' });
    expect(namesFor(wanted(), [server('http')])).toEqual({ name: 'http-2', pool: 'http-2' });
    expect(namesFor(wanted(), [server('http'), server('http-3')])).toEqual({ name: 'http-2', pool: 'http-2' });
  });

  it('as it says, and is a pool of its own', () => {
    expect(namesFor(wanted({ name: 'crm' }), [server('http')])).toEqual({ name: 'crm', pool: 'crm' });
  });

  it('by its pool and a number, where it only says the pool', () => {
    expect(namesFor(wanted({ pool: 'crm' }), [])).toEqual({ name: 'crm', pool: 'crm' });
    expect(namesFor(wanted({ pool: 'crm' }), [server('crm')])).toEqual({ name: 'crm-2', pool: 'crm' });
    expect(namesFor(wanted({ pool: 'crm' }), [server('crm-1', 'crm')])).toEqual({ name: 'crm-2', pool: 'crm' });
    expect(namesFor(wanted({ pool: 'crm', name: 'east' }), [server('crm')])).toEqual({ name: 'east', pool: 'crm' });
    expect(namesFor(wanted({ pool: 'crm', name: 'crm' }), [server('crm-1', 'crm')])).toEqual({ name: 'crm', pool: 'crm' });
  });

  it.each([
    ['that of a server', { name: 'crm' }, 'There is a server "crm" already'],
    ['that of a server, with a pool', { name: 'crm', pool: 'new' }, 'There is a server "crm" already'],
    ['that of a pool whose servers have others', { name: 'search' }, 'register into it: pool "search"'],
    ['that of a pool it is not in', { name: 'search', pool: 'crm' }, 'There is a pool "search" already'],
    ["that of the gateway's own tools", { name: 'stock-data' }, 'Choose another name'],
  ])('by no name that is taken: %s', (_, names, words) => {
    const known = [server('crm'), server('search-1', 'search')];
    expect(() => namesFor(wanted(names), known, ['stock-data'])).toThrow(words);
    expect(() => namesFor(wanted(names), known, ['stock-data'])).toThrow(expect.objectContaining({ code: 'CONFLICT' }) as never);
  });

  it.each([
    ['of another template', { pool: 'files' }, 'is of the template "file-server"'],
    ['that has the name of a server of another pool', { pool: 'search-1' }, 'is a server of the pool "search"'],
    ["of the gateway's own tools", { pool: 'examples' }, 'Choose another pool'],
  ])('in no pool %s', (_, names, words) => {
    const known = [server('search-1', 'search'), server('files', 'files', 'file-server')];
    expect(() => namesFor(wanted(names), known, ['examples'])).toThrow(words);
  });

  it("by none that pools, servers or the gateway's own tools have, where it says none", () => {
    expect(namesFor(wanted(), [server('a', 'http')], ['http-2']).name).toBe('http-3');
  });

  it('within the bound, with its number', () => {
    const long = 'x'.repeat(32);
    expect(firstFree(long, [server(long)])).toBe(`${'x'.repeat(30)}-2`);
  });
});

describe('A name', () => {
  it.each(['a', 'crm', 'file-server', 'file-server-2', 'my_crm', 'a1', 'a-_b', 'xn--bcher-kva'])('may be %s', (name) => {
    expect(SERVER_NAME.test(name)).toBe(true);
  });

  it.each(['', 'A', '1a', '-a', '_a', 'a_', 'a__b', 'a.b', 'a b', 'a/b', 'ä', 'a\n', '__proto__'])('may not be %j', (name) => {
    expect(SERVER_NAME.test(name)).toBe(false);
  });
});

describe('Where the whole URL is of the config, a server is called', () => {
  const templateWith = (config: object, url = '${config.url}') =>
    templateOf('http', templateSchema.parse({ transport: 'http', url, config }), {
      strategy: 'round_robin',
      health_check_interval: 30,
      approval: 'first_use',
      instructions: false,
    });
  const shown = templateWith({ properties: { url: { type: 'string' } } });

  it.each([
    ['https://linear.example.com/mcp', 'linear'],
    ['https://mcp.linear.app/mcp', 'linear'],
    ['https://www.api.search.example.com/', 'search'],
    ['https://mcp.com/', 'mcp'],
    ['http://localhost:3000/mcp', 'localhost'],
    ['http://search_engine:3000/mcp', 'search_engine'],
    ['https://LINEAR.example.com/mcp?token=abc', 'linear'],
    [`https://${'x'.repeat(50)}.example.com/`, 'x'.repeat(32)],
    ['http://127.0.0.1:3000/mcp', 'http'],
    ['http://[::1]:3000/mcp', 'http'],
    ['https://1password.example.com/', 'http'],
    ['https://a__b.example.com/', 'http'],
  ])('as the host: %s is %s', (url, name) => {
    expect(baseNameOf(shown, { url })).toBe(name);
  });

  it('as the template, where the URL is a secret or only a part of it is of the config', () => {
    const url = 'https://hidden.example.com/';
    expect(baseNameOf(templateWith({ properties: { url: { writeOnly: true } } }), { url })).toBe('http');
    const part = templateWith({ properties: { tenant: { type: 'string' } } }, 'https://a.example.com/${config.tenant}');
    expect(baseNameOf(part, { tenant: 'x' })).toBe('http');
  });
});
