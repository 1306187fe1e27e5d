import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of the portal's pages, as its table of pages has them; those with a name in them are reached from others. */
export function portalPaths(): string[] {
  const table = readFileSync(join('portal', 'src', 'app', 'pages.ts'), 'utf8');
  return [...table.matchAll(/path: '([^':]+)'/g)].map(([, path]) => path!);
}

/** Those with a name in them, such as `/keys/:id`. */
export function namedPaths(): string[] {
  const table = readFileSync(join('portal', 'src', 'app', 'pages.ts'), 'utf8');
  return [...table.matchAll(/path: '([^']*:[^']*)'/g)].map(([, path]) => path!);
}
