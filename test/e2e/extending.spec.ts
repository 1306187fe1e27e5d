import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { codeBlocks } from '../support/docs/page-blocks.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

const TIMEOUT_MS = 180_000;
/** Each block of code begins with the file it is. */
const FILES = codeBlocks(join('docs', 'extending.md'), 'ts').map((block) => {
  const [, path, code] = /^\/\/ (\S+)\n([^]*)$/.exec(block)!;
  return { path: path!, code: code! };
});
/** The table, its description, and a tool. */
const [TABLE] = codeBlocks(join('docs', 'datasets.md'), 'sql');
const [DATASET, DATASET_TOOL] = codeBlocks(join('docs', 'datasets.md'), 'ts');

/** A clone of the sources and of their build, in which only what changes is compiled again. */
const clone = mkdtempSync(join(tmpdir(), 'tallygate-extending-'));
const changed = new Set<string>();
beforeAll(() => {
  for (const name of ['src', 'dist', 'package.json', 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(name, join(clone, name), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
  for (const { path, code } of FILES) write(path, code);
});
afterAll(() => rmSync(clone, { recursive: true }));

describe('docs/extending.md and the dataset of docs/datasets.md', () => {
  it('has a tool, a tool source and a guard', () => {
    expect(FILES.map(({ path }) => path)).toEqual([
      'src/examples/shout.tool.ts',
      'src/quotes/quotes.source.ts',
      'src/quotes/quotes.module.ts',
      'src/mcp-gateway/access/proxy-user.guard.ts',
    ]);
  });

  it(
    'works as written',
    async () => {
      edit('src/examples/examples.source.ts', 'timestamp(clock)]', 'timestamp(clock), shout]');
      edit('src/examples/examples.source.ts', 'import', "import { shout } from './shout.tool.js';\nimport");
      edit('src/app.module.ts', '      ExamplesModule,', '      ExamplesModule,\n      QuotesModule,');
      edit('src/app.module.ts', 'import', "import { QuotesModule } from './quotes/quotes.module.js';\nimport");
      for (const methods of ['lifecycle', 'tools'].map((name) => `src/mcp-gateway/methods/${name}.methods.ts`)) {
        edit(methods, '@UseGuards(ApiKeyGuard', '@UseGuards(ProxyUserGuard');
        edit(methods, 'import', "import { ProxyUserGuard } from '../access/proxy-user.guard.js';\nimport");
      }
      edit('src/mcp-gateway/methods/lifecycle.methods.ts', 'ApiKeyGuard, KeyOptional', 'KeyOptional');
      edit('src/mcp-gateway/methods/tools.methods.ts', "import { ApiKeyGuard } from '../access/api-key.guard.js';\n", '');
      edit('src/mcp-gateway/mcp-gateway.module.ts', 'providers: [', 'providers: [ApiKeyGuard, ');
      edit('src/mcp-gateway/mcp-gateway.module.ts', 'import', "import { ApiKeyGuard } from './access/api-key.guard.js';\nimport");
      addDataset();
      const compile = [join('test', 'support', 'compile-changed.mjs'), clone, ...changed];
      await promisify(execFile)(process.execPath, compile);
      await tryOut();
    },
    TIMEOUT_MS,
  );
});

function addDataset(): void {
  const migrations = readdirSync(join(clone, 'src', 'clickhouse', 'migrations')).filter((name) => name.endsWith('.sql'));
  const next = String(migrations.length + 1).padStart(4, '0');
  writeFileSync(join(clone, 'dist', 'clickhouse', 'migrations', `${next}_dividends.sql`), TABLE!);
  write('src/stock-data/datasets/dividends.dataset.ts', DATASET!);
  edit('src/stock-data/datasets/datasets.ts', '  INCOME_STATEMENT,', '  INCOME_STATEMENT,\n  DIVIDENDS,');
  edit('src/stock-data/datasets/datasets.ts', 'import', "import { DIVIDENDS } from './dividends.dataset.js';\nimport");
  const tools = 'src/stock-data/tools/symbol-rows.tools.ts';
  edit(tools, 'import', "import { DIVIDENDS } from '../datasets/dividends.dataset.js';\nimport");
  write(tools, readFileSync(join(clone, tools), 'utf8') + DATASET_TOOL!);
  edit(
    'src/stock-data/stock-data.module.ts',
    '  GetIncomeStatementTool,\n];',
    '  GetIncomeStatementTool,\n  GetDividendsTool,\n];',
  );
  edit(
    'src/stock-data/stock-data.module.ts',
    'import',
    "import { GetDividendsTool } from './tools/symbol-rows.tools.js';\nimport",
  );
}

function edit(path: string, before: string, after: string): void {
  const text = readFileSync(join(clone, path), 'utf8');
  expect(text).toContain(before);
  write(path, text.replace(before, after));
}

function write(path: string, code: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), code);
  changed.add(path);
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
    await importDividends(gateway);
    const { result } = (await gateway.call('get_dividends', { symbol: 'MSFT' })).json;
    expect(result.structuredContent.rows).toEqual([expect.objectContaining({ ex_date: '2004-11-15', amount: 3.08 })]);
  } finally {
    await gateway.destroy();
  }
}

async function importDividends(gateway: GatewayProcess): Promise<void> {
  const headers = { Authorization: `Bearer ${await gateway.token()}`, 'Content-Type': 'application/octet-stream' };
  const body = 'symbol,ex_date,amount\nMSFT,2004-11-15,3.08\n';
  const url = `${gateway.restUrl}/api/admin/datasets/dividends/import?name=dividends.csv`;
  expect(await (await fetch(url, { method: 'POST', headers, body })).json()).toMatchObject({ status: 'imported', accepted: 1 });
}
