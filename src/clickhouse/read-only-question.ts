import { ClickHouseError, ClickHouseLogLevel, createClient, type DataFormat } from '@clickhouse/client';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { engineUrl, readAddress } from './engine/engine-address.js';
import { EngineProcess } from './engine/engine-process.js';

/** What somebody wants to know, and what the answer may cost. */
export interface Question {
  /** One statement. */
  sql: string;
  /** Where the statement names none; ClickHouse's name for it: JSONCompact, CSVWithNames, … */
  format: string;
  maxRows: number;
  timeoutSeconds: number;
}

/** ClickHouse refused: its words, and what can be done. */
export class QuestionRefused extends Error {}

const BYTES_MAX = 256 * 1024 * 1024;
/** ClickHouse says itself that the time is over; this is for one that says nothing. */
const GRACE_MS = 10_000;
/** For a gateway that has just begun or ended to use the folder. */
const FOLDER_WAIT_MS = 5_000;
const REACHED_MS = 2_000;

/**
 * Asks the ClickHouse of these settings, read-only: a server, the embedded engine of the gateway that runs on the data
 * folder, or without one an engine that runs for this question.
 * @returns the answer in the format. @throws QuestionRefused; Error in one line when ClickHouse cannot be reached
 */
export async function askReadOnly(
  { clickhouse_url: url, data_dir: dataDir }: { clickhouse_url?: string | undefined; data_dir: string },
  question: Question,
): Promise<string> {
  if (url) return ask(url, question);
  const running = await runningEngine(dataDir);
  if (running) return ask(running, question);
  if (!existsSync(join(dataDir, 'clickhouse'))) throw new Error(`There is no data in ${dataDir} yet.`);
  const options = { dataDir, waitMs: FOLDER_WAIT_MS, onWaiting: () => undefined, onDisk: () => undefined };
  const engine = await EngineProcess.start(options).catch((error: Error) => error);
  if (engine instanceof EngineProcess) return ask(engineUrl(engine.address), question).finally(() => engine.stop());
  // A gateway had the folder and was not ready: it may be by now.
  const started = await runningEngine(dataDir);
  if (!started) throw engine;
  return ask(started, question);
}

/** Undefined when none answers to its password. */
async function runningEngine(dataDir: string): Promise<string | undefined> {
  const address = readAddress(dataDir);
  if (!address) return undefined;
  const client = createClient({ url: engineUrl(address), request_timeout: REACHED_MS, log: { level: ClickHouseLogLevel.OFF } });
  const { success } = await client.ping({ select: true });
  await client.close();
  return success ? engineUrl(address) : undefined;
}

async function ask(url: string, { sql, format, maxRows, timeoutSeconds }: Question): Promise<string> {
  const client = createClient({
    url,
    request_timeout: 1_000 * timeoutSeconds + GRACE_MS,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      default_format: format as DataFormat,
      max_execution_time: timeoutSeconds,
      max_result_rows: String(maxRows),
      max_result_bytes: String(BYTES_MAX),
      result_overflow_mode: 'throw',
      output_format_json_quote_64bit_integers: 0,
      readonly: '1',
    },
  });
  try {
    const { stream } = await client.exec({ query: sql.replace(/[;\s]+$/, '') });
    return await text(stream);
  } catch (error) {
    throw error instanceof ClickHouseError ? new QuestionRefused(wordsOf(error, { maxRows, timeoutSeconds })) : error;
  } finally {
    await client.close();
  }
}

function wordsOf(
  { type, message }: ClickHouseError,
  { maxRows, timeoutSeconds }: Pick<Question, 'maxRows' | 'timeoutSeconds'>,
): string {
  if (type === 'TOO_MANY_ROWS_OR_BYTES')
    return `The answer has more than ${maxRows} rows, or 256 MiB. Add a LIMIT, or raise --max-rows.`;
  if (type === 'TIMEOUT_EXCEEDED') return `Not answered within ${timeoutSeconds} s. Ask for less, or raise --timeout.`;
  if (type === 'READONLY')
    return `This only reads: SELECT, SHOW, DESCRIBE, EXPLAIN and EXISTS, and no files or other servers. ${message.trim()}`;
  return `${message.trim()} (${type})`;
}
