import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const table = readFileSync(join('portal', 'src', 'app', 'pages.ts'), 'utf8');
const paths = [...table.matchAll(/path: '([^']+)'/g)].map(([, path]) => path!);

/** Paths of the portal's pages, as its table of pages has them; those with a name in them are reached from others. */
export const portalPaths = (): string[] => paths.filter((path) => !path.includes(':'));

/** Those with a name in them, such as `/keys/:id`. */
export const namedPaths = (): string[] => paths.filter((path) => path.includes(':'));
