import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { styleText } from 'node:util';
import { readClientSettings } from '../../config/client-settings.js';
import { CliFailure } from './cli-failure.js';

/** Prints an answer: one line of JSON for programs, or text for people. */
export function print(isJson: boolean | undefined, value: unknown, text: () => string): void {
  process.stdout.write(`${isJson ? JSON.stringify(value) : text()}\n`);
}

/**
 * Prints what is shown only once, alone on stdout, so that `KEY=$(tallygate keys create)` has it and nothing else; the words about it
 * go to stderr. As JSON both are one answer.
 */
export function printSecret(isJson: boolean | undefined, value: unknown, secret: string, note: string): void {
  print(isJson, value, () => secret);
  if (!isJson) process.stderr.write(`${note}\n`);
}

/** Prints a file as it comes, as fast as it is taken. @throws CliFailure for one that breaks off; the next program may stop reading. */
export async function printFile(file: ReadableStream<Uint8Array>): Promise<void> {
  try {
    await pipeline(Readable.fromWeb(file), process.stdout, { end: false });
  } catch (error) {
    if ((error as { code?: string }).code === 'EPIPE') return;
    throw new CliFailure('The gateway broke off: what was written is not the whole file. Try again.');
  }
}

/** Coloured on a terminal; plain anywhere else and where NO_COLOR is set. */
export function inColour(text: string): string {
  return process.stdout.isTTY && !readClientSettings().noColour ? styleText('cyan', text) : text;
}
