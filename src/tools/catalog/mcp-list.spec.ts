import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../../auth/access/principal.js';
import { McpList } from './mcp-list.js';

const caller = (allowedTools: string[] | null = null): Principal => ({
  userId: 'u',
  role: 'user',
  scopes: new Set(['tools:call']),
  apiKey: { id: 'k', name: 'k', allowedTools: allowedTools && new Set(allowedTools), rateLimitPerHour: null },
});
const entry = (key: string, note = '') => ({ key, json: JSON.stringify({ name: key, note }) });

function listOf(pageSize: number, ...keys: string[]) {
  const list = new McpList(pageSize);
  list.replace(keys.map((key) => entry(key)));
  const names = (json: string) => (JSON.parse(json) as { name: string }[]).map(({ name }) => name);
  const walk = (who: Principal) => {
    const pages: string[][] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page = list.page(who, cursor || undefined);
      pages.push(names(page.json));
      cursor = page.nextCursor;
    }
    return pages;
  };
  return { list, walk };
}

describe('McpList', () => {
  it('gives every entry once, in a fixed order, page by page', () => {
    expect(listOf(2, 'c', 'a', 'e', 'b', 'd').walk(caller())).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(listOf(2, 'b', 'a').walk(caller())).toEqual([['a', 'b']]);
    expect(listOf(2).walk(caller())).toEqual([[]]);
  });

  it('fills pages with what the caller may use', () => {
    expect(listOf(2, 'a', 'b', 'c', 'd').walk(caller(['d', 'a', 'c']))).toEqual([['a', 'c'], ['d']]);
  });

  it('goes on at the same place when the list has changed between two pages', () => {
    const { list } = listOf(2, 'a', 'b', 'c', 'd');
    const { nextCursor } = list.page(caller());
    list.replace(['a', 'aa', 'c', 'd'].map((key) => entry(key)));
    expect(JSON.parse(list.page(caller(), nextCursor).json)).toMatchObject([{ name: 'c' }, { name: 'd' }]);
  });

  it('serializes a page once for all who see the same', () => {
    const { list } = listOf(9, 'a', 'b');
    expect(list.page(caller(['b', 'a']))).toBe(list.page(caller(['a', 'b'])));
  });

  it('knows whether it was replaced by another list', () => {
    const { list } = listOf(9, 'a', 'b');
    expect(list.replace([entry('b'), entry('a')])).toBe(false);
    expect(list.replace([entry('b', 'new'), entry('a')])).toBe(true);
    expect(list.page(caller()).json).toContain('new');
  });

  it.each(['!', 'a', '=='])('refuses the cursor %s', (cursor) => {
    expect(() => listOf(9, 'a').list.page(caller(), cursor)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});
