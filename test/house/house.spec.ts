import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { MAY_IMPORT } from '../../eslint.rooms.js';
import { circlesOf, importsOf, sourcesBelow } from './imports.js';

const FILES_MAX = 15;
/** They carry tables as a whole, and never decide what stands in them. */
const CARRIERS = ['src/database/', 'src/backup/', 'src/client/'];
/** Says what an operator may type. */
const ADVICE = ['src/auth/login/secret-check.ts'];
/** What rooms may read of each other (migrations 0010, 0016 and 0020). */
const VIEWS = ['callers', 'accounts', 'expiring_keys', 'quarantined_pins'];

const sources = sourcesBelow('src');
const roomOf = (file: string): string => file.split('/')[1]!;

describe('circles', () => {
  it('are found, also where only types make them', () => {
    const imports = new Map([
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', ['a']],
      ['d', []],
    ]);
    expect(circlesOf(imports)).toEqual([['a', 'b', 'c']]);
  });

  it('are in no import of the house', () => {
    expect(circlesOf(importsOf(sources))).toEqual([]);
  });
});

describe('a room', () => {
  const rooms = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it('stands in the table of who may import whom, each of them', () => {
    expect(Object.keys(MAY_IMPORT).sort()).toEqual(rooms.map(({ name }) => name).sort());
  });

  it('is told of in docs/architecture.md, each of them', () => {
    const page = readFileSync('docs/architecture.md', 'utf8');
    expect(rooms.map(({ name }) => name).filter((name) => !page.includes(`\n| \`${name}/\``))).toEqual([]);
  });
});

it(`a folder has at most ${FILES_MAX} files beside their tests`, () => {
  const counts = new Map<string, number>();
  for (const file of sources.filter((name) => !name.includes('/migrations/')))
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > FILES_MAX)).toEqual([]);
});

it('a table of PostgreSQL is named in the SQL of one room', () => {
  const owners = new Map<string, Set<string>>();
  for (const file of sources.filter((name) => ![...CARRIERS, ...ADVICE].some((path) => name.startsWith(path))))
    for (const [, table] of readFileSync(file, 'utf8').matchAll(/\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+mcp\.(\w+)/g))
      if (!VIEWS.includes(table!)) owners.set(table!, (owners.get(table!) ?? new Set()).add(roomOf(file)));
  const shared = [...owners].filter(([, rooms]) => rooms.size > 1).map(([table, rooms]) => `${table}: ${[...rooms].join(', ')}`);
  expect(shared).toEqual([]);
});
