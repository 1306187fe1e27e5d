import type { Command } from 'commander';

/** The exit codes of the command line; its help lists them. */
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

/** Ends the command with this message on stderr and this exit code. */
export class CliFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
  ) {
    super(message);
  }
}

/** A command's action; its failure is printed as one line on stderr, never as a stack. */
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

/** Requested help and version exit with 0, a mistake in the command line with its own code: of this command and of those below it. */
export function endWithUsageCode(command: Command): Command {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.done : EXIT.usage));
  command.commands.forEach(endWithUsageCode);
  return command;
}

/** The problem, in words for people. */
const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
