import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** What the Swagger plugin does not understand it leaves out without a word: every member of every DTO is looked for. */
const { components } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  components: { schemas: Record<string, { properties?: object }> };
};

const classes = new Map<string, ts.ClassDeclaration>();
for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dto.ts'))) {
  const source = ts.createSourceFile(file, readFileSync(join('src', file), 'utf8'), ts.ScriptTarget.Latest, true);
  for (const node of source.statements) if (ts.isClassDeclaration(node) && node.name) classes.set(node.name.text, node);
}

/** The fields of a class, and of those it extends. */
function membersOf(node: ts.ClassDeclaration | undefined): string[] {
  if (!node) return [];
  const isStatic = (member: ts.PropertyDeclaration) => member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
  const own = node.members.filter(ts.isPropertyDeclaration).filter((member) => !isStatic(member));
  const parents = node.heritageClauses?.flatMap(({ types }) => types.map(({ expression }) => expression.getText())) ?? [];
  return [...parents.flatMap((name) => membersOf(classes.get(name))), ...own.map((member) => member.name.getText())];
}

const documented = [...classes].filter(([name]) => name in components.schemas);

describe('the API document', () => {
  it('is made of the classes that requests and answers are', () => {
    expect(documented.length).toBeGreaterThan(70);
    expect(Object.keys(components.schemas).filter((name) => !classes.has(name))).toEqual([]);
  });

  it.each(documented)('has every member of %s', (name, node) => {
    const { properties = {} } = components.schemas[name]!;
    expect(Object.keys(properties).sort()).toEqual([...new Set(membersOf(node))].sort());
  });
});
