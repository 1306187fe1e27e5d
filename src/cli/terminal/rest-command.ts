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

/** What a command takes whose answer comes by pages. */
export interface PageOptions extends RestOptions {
  page: number;
  pageSize: number;
}

/** A command whose answer comes by pages. */
export function pagedCommand(name: string, description: string): Command {
  return restCommand(name, description)
    .option('--page <n>', 'which page', wholeNumber, 1)
    .option('--page-size <n>', 'how many on a page, at most 100', wholeNumber, 20);
}

/** `Page 1 of 3, 52 calls.` */
export function pageWords({ total, page, page_size }: { total: number; page: number; page_size: number }, what: string): string {
  return `Page ${page} of ${Math.max(1, Math.ceil(total / page_size))}, ${total} ${what}.`;
}

/** An option's value that must be a whole number; the gateway checks its bounds. */
export function wholeNumber(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
