/** What the command line ends with; its help lists them. */
export const EXIT = {
  done: 0,
  /** Refused, or failed. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** Nothing answers at the address. */
  unreachable: 3,
  /** The tool ran and answered with an error. */
  toolError: 4,
} as const;

/** Ends the command with these words on stderr and this exit code. */
export class CliFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
  ) {
    super(message);
  }
}

/** A command's action whose failure is one line on stderr, never a stack. */
export function action<A extends unknown[]>(work: (...args: A) => Promise<void>): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await work(...args);
    } catch (error) {
      process.stderr.write(`Error: ${problemOf(error)}\n`);
      process.exitCode = error instanceof CliFailure ? error.exitCode : EXIT.failed;
    }
  };
}

/** What went wrong, in words for a person. */
const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
