import { createInterface } from 'node:readline';

/** A shell's exit code for Ctrl-C. */
const INTERRUPTED = 130;

/** Asks a person at the terminal, on stderr, whether to go on. Anything but yes is no, and so is the end of input. */
export function isConfirmed(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  prompt.once('SIGINT', () => process.exit(INTERRUPTED));
  return new Promise((resolve) => {
    prompt.once('close', () => resolve(false));
    prompt.question(`${question} [y/N] `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      prompt.close();
    });
  });
}
