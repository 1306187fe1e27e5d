import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A shell's exit code for Ctrl-C. */
const INTERRUPTED = 130;

/**
 * Passwords, each asked for on a terminal under its words, without showing what is typed; elsewhere the lines of stdin. Never options
 * of the command line, since other users see those. Fewer than asked for where stdin has no more.
 */
export async function readPasswords(...words: string[]): Promise<string[]> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).split(/\r?\n/, words.length);
  const typed: string[] = [];
  for (const prompt of words) typed.push(await ask(prompt));
  return typed;
}

async function ask(words: string): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silence, terminal: true });
  prompt.once('SIGINT', () => process.exit(INTERRUPTED));
  process.stderr.write(`${words}: `);
  const password = await prompt.question('');
  prompt.close();
  process.stderr.write('\n');
  return password;
}
