import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GatewayProcess } from '../support/gateway-process.js';

const TIMEOUT_MS = 180_000;
const PAGE = readFileSync(join('docs', 'extending.md'), 'utf8');
/** Each block of code begins with the file it is. */
const FILES = [...PAGE.matchAll(/```ts\n\/\/ (\S+)\n([^]*?)```/g)].map(([, path, code]) => ({ path: path!, code: code! }));

const clone = mkdtempSync(join(tmpdir(), 'tallygate-extending-'));
beforeAll(() => {
  for (const name of ['src', 'package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(name, join(clone, name), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
  for (const { path, code } of FILES) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), code);
  }
});
afterAll(() => rmSync(clone, { recursive: true }));

describe('docs/extending.md', () => {
  it('has a tool, a tool source and a guard', () => {
    expect(FILES.map(({ path }) => path)).toEqual([
      'src/examples/shout.tool.ts',
      'src/quotes/quotes.source.ts',
      'src/quotes/quotes.module.ts',
      'src/mcp-gateway/proxy-user.guard.ts',
    ]);
  });

  it(
    'works as written',
    async () => {
      edit('src/examples/examples.source.ts', 'timestamp(clock)]', 'timestamp(clock), shout]');
      edit('src/examples/examples.source.ts', 'import', "import { shout } from './shout.tool.js';\nimport");
      edit('src/app.module.ts', '      ExamplesModule,', '      ExamplesModule,\n      QuotesModule,');
      edit('src/app.module.ts', 'import', "import { QuotesModule } from './quotes/quotes.module.js';\nimport");
      edit('src/mcp-gateway/mcp.controller.ts', '@UseGuards(ApiKeyGuard)', '@UseGuards(ProxyUserGuard)');
      edit('src/mcp-gateway/mcp.controller.ts', 'import', "import { ProxyUserGuard } from './proxy-user.guard.js';\nimport");
      edit('src/mcp-gateway/mcp.controller.ts', 'ApiKeyGuard, KeyOptional', 'KeyOptional');
      edit('src/mcp-gateway/mcp-gateway.module.ts', 'providers: [', 'providers: [ApiKeyGuard, ');
      edit('src/mcp-gateway/mcp-gateway.module.ts', 'import', "import { ApiKeyGuard } from './api-key.guard.js';\nimport");
      const nest = resolve('node_modules', '.bin', 'nest');
      await promisify(execFile)(nest, ['build'], { cwd: clone });
      await tryOut();
    },
    TIMEOUT_MS,
  );
});

function edit(path: string, before: string, after: string): void {
  const file = join(clone, path);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(before);
  writeFileSync(file, text.replace(before, after));
}

async function tryOut(): Promise<void> {
  const secret = 'x'.repeat(32);
  const gateway = await GatewayProcess.start({ program: join(clone, 'dist', 'main.js'), env: { GATEWAY_SECRET_KEY: secret } });
  try {
    expect((await gateway.call('shout', { text: 'hello' })).json.result.content[0].text).toBe('HELLO');
    const admin = { 'x-forwarded-user': 'admin@localhost', 'x-proxy-secret': secret };
    const quotes = await gateway.mcp('tools/call', { name: 'get_quotes' }, null, admin);
    expect(quotes.json.result._meta['tallygate/usage']).toMatchObject({ record_count: 2, table_name: 'quotes' });
    const forged = await gateway.mcp('tools/list', {}, null, { ...admin, 'x-proxy-secret': 'guess' });
    expect([forged.status, forged.json.error.message]).toEqual([401, 'Wrong proxy secret']);
  } finally {
    await gateway.destroy();
  }
}
