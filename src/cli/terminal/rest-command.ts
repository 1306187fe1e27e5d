import { Command, InvalidArgumentError, Option } from 'commander';

/** The option that names the gateway, the same in every command that talks to one. */
export const URL_OPTION = ['--url <url>', 'the gateway (TALLYGATE_URL; default http://localhost:8000)'] as const;

/** The options of every command that talks to REST. */
export interface RestOptions {
  url?: string;
  json?: boolean;
}

/** A command that talks to a gateway's REST API. */
export function restCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(...URL_OPTION)
    .option('--json', 'print the answer as JSON');
}

/** The options of a command whose answer comes in pages. */
export interface PageOptions extends RestOptions {
  page: number;
  pageSize: number;
}

/** A command whose answer comes in pages. */
export function pagedCommand(name: string, description: string): Command {
  return restCommand(name, description)
    .option('--page <n>', 'page number, from 1', wholeNumber, 1)
    .option('--page-size <n>', 'entries per page, at most 100', wholeNumber, 20);
}

/** The options of a command that writes all rows into a file. */
export interface FileOptions {
  url?: string;
  format: 'csv' | 'ndjson';
}

/** A command that writes all rows to stdout, for a file. */
export function fileCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(...URL_OPTION)
    .addOption(new Option('--format <format>', 'of the file').choices(['csv', 'ndjson']).default('csv'));
}

/** `Page 1 of 3, 52 calls.` */
export function pageWords({ total, page, page_size }: { total: number; page: number; page_size: number }, what: string): string {
  return `Page ${page} of ${Math.max(1, Math.ceil(total / page_size))}, ${total} ${what}.`;
}

/** Reads an option that must be a whole number; the gateway checks its bounds. */
export function wholeNumber(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the id of a key, which people take for its name. */
export function keyId(text: string): string {
  if (!UUID.test(text))
    throw new InvalidArgumentError("It must be the key's id, not its name: `tallygate keys list` shows both.");
  return text;
}
