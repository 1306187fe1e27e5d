import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { loggerFor } from '../common/log-contexts.js';
import { waitFor } from '../common/wait-for.js';
import { AppConfig } from '../config/app-config.js';

const REQUEST_TIMEOUT_MS = 30_000;

/** Failures are thrown to us, who know what they mean; the client need not log them too. */
const CLIENT_OPTIONS = {
  log: { level: ClickHouseLogLevel.OFF },
  /** The same for every statement. See `ClickHouse` for why nothing else may be passed this way. */
  clickhouse_settings: {
    output_format_json_quote_64bit_integers: 0,
    date_time_input_format: 'best_effort',
    date_time_output_format: 'iso',
  },
} as const;

export type QueryParams = Record<string, unknown>;

export interface QueryOptions {
  /** Cancels the wait. On a server it cancels the query as well; the embedded engine runs it to its end. */
  signal?: AbortSignal;
}

/**
 * ClickHouse, a server or the embedded engine, behind one client and one SQL dialect.
 *
 * Values go in as `{name:Type}` parameters, never into the text. A setting for one statement goes into its `SETTINGS`
 * clause: the embedded engine has a single session, where a setting passed any other way would stay on for every
 * later statement (docs/adr/0004-embedded-engines.md).
 */
@Injectable()
export class ClickHouse implements OnApplicationShutdown {
  private readonly logger = loggerFor('ClickHouse');
  private client!: ClickHouseClient;

  constructor(private readonly config: AppConfig) {}

  /** @throws Error in one line when the server cannot be reached. */
  async start(): Promise<void> {
    const url = this.config.values.clickhouse_url;
    if (url) await this.connect(url);
    else await this.openEmbedded(join(this.config.values.data_dir, 'clickhouse'));
  }

  /** Rows of a SELECT. The statement must not name a FORMAT. */
  async query<Row>(sql: string, params: QueryParams = {}, options: QueryOptions = {}): Promise<Row[]> {
    const result = await this.client.query({ query: sql, query_params: params, format: 'JSONEachRow', ...abort(options) });
    return result.json<Row>();
  }

  /** A statement without a result. */
  async command(sql: string, params: QueryParams = {}): Promise<void> {
    await this.client.command({ query: sql, query_params: params });
  }

  /** Runs `INSERT … FORMAT …` with a body that is already in that format. Chunks are sent as they are. */
  async insert(
    statement: string,
    body: string | Iterable<string> | AsyncIterable<string>,
    options: QueryOptions = {},
  ): Promise<void> {
    const values = Readable.from(typeof body === 'string' ? [body] : body, { objectMode: false });
    const { stream } = await this.client.exec({ query: statement, values, ...abort(options) });
    stream.resume();
  }

  /** Whether it answers now. */
  async isReachable(): Promise<boolean> {
    return (await this.client.ping()).success;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }

  private async connect(url: string): Promise<void> {
    const { host } = new URL(url);
    this.client = createClient({ url, request_timeout: REQUEST_TIMEOUT_MS, ...CLIENT_OPTIONS });
    await waitFor(`ClickHouse at ${host} (GATEWAY_CLICKHOUSE_URL)`, () => this.command('SELECT 1'), {
      timeoutMs: 1_000 * this.config.values.start_timeout_seconds,
    });
    this.logger.log(`Ready, server ${host}`);
  }

  private async openEmbedded(path: string): Promise<void> {
    const started = performance.now();
    const isNew = !existsSync(path);
    mkdirSync(path, { recursive: true });
    emptyStdin();
    this.client = createClient({ connection: await openEngine(path), ...CLIENT_OPTIONS });
    await this.command('SELECT 1');
    this.logger.log(`Ready, embedded, ${isNew ? 'new ' : ''}data in ${path} (${Math.round(performance.now() - started)} ms)`);
  }
}

/** The engine takes what stands on stdin for rows of whichever INSERT runs (docs/adr/0004-embedded-engines.md). Nobody else reads it. */
function emptyStdin(): void {
  closeSync(0);
  // The lowest descriptor that is free, which is this one.
  if (openSync('/dev/null', 'r') !== 0) throw new Error('Standard input could not be emptied.');
}

type Connection = NonNullable<Parameters<typeof createClient>[0]>['connection'];

async function openEngine(path: string): Promise<Connection> {
  const chdb = await import('chdb/connection').catch((cause: unknown) => {
    throw new Error(
      'The embedded ClickHouse is not installed (optional package chdb). Set GATEWAY_CLICKHOUSE_URL to use a server.',
      { cause },
    );
  });
  // chdb's typings come from client-common, the client's own copy of which differs in name only.
  return chdb.createChdbConnection({ path }) as unknown as Connection;
}

const abort = ({ signal }: QueryOptions) => (signal ? { abort_signal: signal } : {});
