import { createInterface } from 'node:readline/promises';

/** A shell's exit code for Ctrl-C. */
const INTERRUPTED = 130;

/** Asks a person at the terminal, on stderr, whether to go on. Anything but yes is no. */
export async function isConfirmed(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  prompt.once('SIGINT', () => process.exit(INTERRUPTED));
  const answer = await prompt.question(`${question} [y/N] `);
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}
