import { Command, InvalidArgumentError } from 'commander';

/** What every command that talks to REST takes. */
export interface RestOptions {
  url?: string;
  json?: boolean;
}

/** A command on the REST face of a gateway. */
export function restCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--url <url>', 'the gateway (TALLYGATE_URL; default http://localhost:8000)')
    .option('--json', 'print the answer as JSON');
}

/** An option's value that must be a whole number; the gateway checks its bounds. */
export function wholeNumber(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
