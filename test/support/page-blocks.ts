import { readFileSync } from 'node:fs';

/** The code blocks of a page in one language, as they are printed there. */
export function codeBlocks(page: string, language: string): string[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code!);
}
