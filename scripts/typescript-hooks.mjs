// Lets plain Node run the TypeScript of `test/` and `src/`, with the transform Jest uses. Registered by `faults.mjs`.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

export async function resolve(specifier, context, next) {
  const isOwn = specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts');
  const source = isOwn && new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
  return source && existsSync(source) ? next(source.href, context) : next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(readFileSync(filename, 'utf8'), { filename });
  return { format: 'module', source: code, shortCircuit: true };
}
