import { svelte } from '@sveltejs/vite-plugin-svelte';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const outDir = join(root, '..', 'dist', 'ui');
const CODED = ['.css', '.js', '.svg'];

/** The gateway sends each file as it is; it codes nothing while it serves. */
const codedOnce = {
  name: 'coded-once',
  writeBundle() {
    for (const name of readdirSync(outDir, { recursive: true }).filter((file) => CODED.includes(extname(file)))) {
      const bytes = readFileSync(join(outDir, name));
      writeFileSync(join(outDir, `${name}.br`), brotliCompressSync(bytes));
      writeFileSync(join(outDir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    }
  },
};

export default defineConfig({
  root,
  // Relative: a proxy may put the gateway below any path (src/rest/ui/ui-routes.ts).
  base: './',
  plugins: [svelte(), codedOnce],
  build: {
    outDir,
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
