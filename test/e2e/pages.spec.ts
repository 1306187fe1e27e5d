import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { EXIT } from '../../src/cli/terminal/cli-failure.js';
import { CONFIG_FILE } from '../../src/config/environment.js';
import { readConfig } from '../../src/config/load-config.js';
import { callProblem, tallygateCalls } from '../support/docs/command-lines.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { blocksOf, commandsOf, inlineCode, PAGES, type Block } from '../support/docs/page-blocks.js';
import { PageShell } from '../support/docs/page-shell.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** One page may have a dozen commands, each a process. */
jest.setTimeout(300_000);

/** What this file runs, of every page. */
const SHELL = ['sh', 'console'];
/** Blocks that another test takes from the page and runs. */
const RUN_ELSEWHERE: Record<string, { languages: string[]; test: string }> = {
  'README.md': { languages: ['ts'], test: 'test/e2e/client.spec.ts' },
  'docs/extending.md': { languages: ['ts'], test: 'test/e2e/extending.spec.ts' },
  'docs/notices.md': { languages: ['python', 'js'], test: 'test/integration/notices-signature.spec.ts' },
  'docs/datasets.md': { languages: ['ts', 'sql'], test: 'test/e2e/extending.spec.ts' },
};
const PICTURES = ['mermaid'];

const blocks = PAGES.flatMap(blocksOf);
const ours = (languages: string[]) => blocks.filter(({ language, notRun }) => languages.includes(language) && !notRun);

describe('every block of every page', () => {
  it('is run by a test, or says why it is not', () => {
    const runs = ({ page, language, notRun }: Block) =>
      notRun !== undefined || [...SHELL, 'yaml', ...PICTURES, ...(RUN_ELSEWHERE[page]?.languages ?? [])].includes(language);
    expect(blocks.length).toBeGreaterThan(30);
    expect(blocks.filter((block) => !runs(block)).map(({ page, line }) => `${page}:${line}`)).toEqual([]);
  });

  it('is fenced: nothing hides in an indented one', () => {
    const indented = PAGES.filter((page) => /(?:^|\n)\n {4}(?! *[-*\d])\S.*\n/.test(withoutFences(page)));
    expect(indented).toEqual([]);
  });

  it.each(Object.entries(RUN_ELSEWHERE))('of %s that is run elsewhere is read there', (page, { test }) => {
    expect(readFileSync(test, 'utf8')).toContain(page.replace('docs/', ''));
  });
});

describe('every command in the text', () => {
  const spans = PAGES.flatMap((page) => inlineCode(page).map((code) => ({ page, code })));

  it('of tallygate is one there is, with options there are', () => {
    const calls = spans.flatMap(({ page, code }) => tallygateCalls(code).map((words) => ({ page, code, words })));
    expect(calls.length).toBeGreaterThan(8);
    // A command that is only named comes without its arguments.
    const problems = calls.filter(({ words }) => !/^(undefined|0 arguments)$/.test(String(callProblem(words))));
    expect(problems).toEqual([]);
  });

  it('of curl shows what went wrong: its own words, and the body of an error', () => {
    const lines = blocks.flatMap(({ code }) => code.split('\n'));
    const calls = lines.flatMap((line) => /(?<!client )\bcurl (.*)/.exec(line)?.[1] ?? []).map((options) => options.split(' '));
    expect(calls.length).toBeGreaterThan(15);
    const isQuiet = (words: string[]) =>
      words.some((word) => /^(-[a-zA-Z]*f[a-zA-Z]*|--fail)$/.test(word)) || !words.includes('-sS');
    expect(calls.filter(isQuiet)).toEqual([]);
  });

  it('of npm is a script there is', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = spans.flatMap(({ code }) => /^npm (?:run )?(?!ci\b|run\b)([\w:-]+)/.exec(code)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

it('the README names the variables that stand for no setting, and so are not in gateway.example.yaml', () => {
  const read = [CONFIG_FILE, ...readFileSync('src/config/client-settings.ts', 'utf8').match(/(?<=env\[')TALLYGATE_\w+/g)!];
  expect(read).toEqual(['GATEWAY_CONFIG', 'TALLYGATE_URL', 'TALLYGATE_API_KEY']);
  const readme = readFileSync('README.md', 'utf8');
  expect(read.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

it('the exit codes on the page are those there are', () => {
  const codes = [...readFileSync(join('docs', 'clients.md'), 'utf8').matchAll(/^\| (\d) /gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});

it.each(PAGES)('%s links to files that exist', (page) => {
  const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link]) =>
    join(page, '..', link!),
  );
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});

describe('settings on a page', () => {
  it.each(ours(['yaml']).map(({ page, line, code }) => [`${page}:${line}`, code]))('%s are accepted', (_, code) => {
    const folder = temporaryFolder('page-yaml');
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, code);
    const variables = [...code.matchAll(/\$\{env:(\w+)\}/g)].map(([, name]) => [name, `whsec_${'A'.repeat(32)}`]);
    expect(Object.keys(parse(code) as object).length).toBeGreaterThan(0);
    expect(() => readConfig({ GATEWAY_CONFIG: file, ...Object.fromEntries(variables) })).not.toThrow();
    rmSync(folder, { recursive: true });
  });
});

const hasTools = ['curl', 'jq', 'openssl'].every((tool) => spawnSync(tool, ['--version']).error === undefined);
if (!hasTools) process.stderr.write('SKIPPED: the commands of the pages; they need curl, jq and openssl.\n');

(hasTools ? describe : describe.skip)('commands', () => {
  let gateway: GatewayProcess;
  const folders: string[] = [];
  beforeAll(async () => {
    const config = join(newFolder(), 'gateway.yaml');
    writeFileSync(config, 'servers:\n  enabled_templates: [http, file-server]\n');
    gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  });
  afterAll(async () => {
    await gateway.destroy();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  function newFolder(): string {
    folders.push(temporaryFolder('page'));
    return folders.at(-1)!;
  }

  it.each([...new Set(ours(SHELL).map(({ page }) => page))])('of %s work as printed, and print what is shown', async (page) => {
    const shell = new PageShell(gateway, newFolder());
    for (const { command, output } of ours(SHELL)
      .filter((block) => block.page === page)
      .flatMap(commandsOf)) {
      if (output === '') await shell.run(command);
      // Usage records arrive behind the calls they are of.
      else await eventually(async () => expect(comparable(await shell.run(command))).toEqual(comparable(output)), 30_000);
    }
  });

  it('of the README show the very rows that are in the sample data', async () => {
    const [call] = ours(['console'])
      .filter(({ page }) => page === 'README.md')
      .flatMap(commandsOf);
    expect(JSON.parse(await new PageShell(gateway, newFolder()).run(call!.command))).toEqual(JSON.parse(call!.output));
  });
});

/** Of JSON its shape, since values differ from run to run; any other text as it is. */
function comparable(text: string): unknown {
  try {
    return shapeOf(JSON.parse(text));
  } catch {
    return text;
  }
}

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

const withoutFences = (page: string) => readFileSync(page, 'utf8').replaceAll(/^ *```[^]*?^ *```$/gm, '');
