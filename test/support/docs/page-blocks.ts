import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of code on a page. */
export interface Block {
  page: string;
  /** Of its first fence, from 1. */
  line: number;
  language: string;
  /** As printed, without the indentation of a list it stands in. */
  code: string;
  /** From the comment before it, `<!-- not run: why -->`. */
  notRun?: string;
}

/** Every page a person reads. */
export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file))
    .sort(),
];

const FENCED = /^(?:<!-- not run: (?<why>[^]*?) -->\n\n)?(?<indent> *)```(?<language>\S*)\n(?<code>[^]*?)^ *```$/gm;

export function blocksOf(page: string): Block[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(FENCED)].map(({ index, 0: all, groups }) => {
    const { why, indent, language, code } = groups as Record<string, string>;
    const line = text.slice(0, index + all.indexOf('```')).split('\n').length;
    const bare = code!.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    return { page, line, language: language!, code: bare, ...(why !== undefined && { notRun: why }) };
  });
}

/** The blocks of a page in one language that are to be run, as they are printed there. */
export function codeBlocks(page: string, language: string): string[] {
  return blocksOf(page)
    .filter((block) => block.language === language && block.notRun === undefined)
    .map(({ code }) => code);
}

/** Short code in running text and tables, such as `npm test`. */
export function inlineCode(page: string): string[] {
  const prose = readFileSync(page, 'utf8').replaceAll(FENCED, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
}

export interface ConsoleCommand {
  command: string;
  /** What the page shows below it; empty where it shows nothing. */
  output: string;
}

/** The commands of a block that is to be run, in their order: all of a `sh` block at once, those of a `console` block singly. */
export function commandsOf({ language, code }: Block): ConsoleCommand[] {
  if (language === 'sh') return [{ command: code.trim(), output: '' }];
  return code
    .split(/^\$ /m)
    .filter(Boolean)
    .map((text) => split(text.trimEnd().split('\n')));
}

/** A command goes on behind a backslash and inside quotes. */
function split(lines: string[]): ConsoleCommand {
  const isOpen = (command: string) => command.endsWith('\\') || command.split("'").length % 2 === 0;
  let end = 1;
  while (end < lines.length && isOpen(lines.slice(0, end).join('\n'))) end += 1;
  return { command: lines.slice(0, end).join('\n'), output: lines.slice(end).join('\n') };
}
