import { readFileSync } from 'node:fs';

/** The code blocks of a page in one language, as they are printed there. */
export function codeBlocks(page: string, language: string): string[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code!);
}

export interface ConsoleCommand {
  command: string;
  /** What the page shows below it. */
  output: string;
}

/** The commands of a page's `console` blocks, each behind `$ ` and over as many lines as it needs. */
export function consoleCommands(page: string): ConsoleCommand[] {
  return codeBlocks(page, 'console').flatMap((block) =>
    block
      .split(/^\$ /m)
      .filter(Boolean)
      .map((text) => split(text.trimEnd().split('\n'))),
  );
}

/** A command goes on behind a backslash and inside quotes. */
function split(lines: string[]): ConsoleCommand {
  const isOpen = (command: string) => command.endsWith('\\') || command.split("'").length % 2 === 0;
  let end = 1;
  while (end < lines.length && isOpen(lines.slice(0, end).join('\n'))) end += 1;
  return { command: lines.slice(0, end).join('\n'), output: lines.slice(end).join('\n') };
}
