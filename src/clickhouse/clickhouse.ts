import { ClickHouseError, ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Readable } from 'node:stream';
import { loggerFor } from '../common/log-contexts.js';
import { waitFor } from '../common/concurrency/wait-for.js';
import { AppConfig } from '../config/app-config.js';
import { CLUSTER_SETTINGS } from './clickhouse-cluster.js';
import { ClickHouseEngine } from './clickhouse-engine.js';
import { engineUrl } from './engine/engine-address.js';

/** What ClickHouse answers that refuses or fails; whatever else is thrown is no answer of it. */
export { ClickHouseError };

/** Also what a SELECT may take, wherever it runs. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Of the embedded engine, which nothing stands between: a backup of a large table takes its time. */
const EMBEDDED_TIMEOUT_MS = 6 * 3_600_000;

/** Failures are thrown to us, who know what they mean; the client need not log them too. */
const CLIENT_OPTIONS = {
  log: { level: ClickHouseLogLevel.OFF },
  clickhouse_settings: {
    output_format_json_quote_64bit_integers: 0,
    date_time_input_format: 'best_effort',
    date_time_output_format: 'iso',
  },
} as const;

export type QueryParams = Record<string, unknown>;

export interface QueryOptions {
  /** Cancels the wait, and a statement that only reads. */
  signal?: AbortSignal;
}

/**
 * ClickHouse, a server or the embedded engine, behind one client and one SQL dialect: HTTP leads to both.
 *
 * Values go in as `{name:Type}` parameters, never into the text.
 */
@Injectable()
export class ClickHouse implements OnApplicationShutdown {
  private readonly logger = loggerFor('ClickHouse');
  private engine: ClickHouseEngine | undefined;
  /** Of the engine that runs now; after a restart it is another. */
  private client!: ClickHouseClient;

  constructor(private readonly config: AppConfig) {}

  /** @throws Error in one line when the server cannot be reached, or the engine cannot start. */
  async start(): Promise<void> {
    const { clickhouse_url: url, data_dir: dataDir, start_timeout_seconds: seconds } = this.config.values;
    if (url) return this.connect(url);
    this.engine = new ClickHouseEngine(dataDir, 1_000 * seconds, (address) => this.use(engineUrl(address), EMBEDDED_TIMEOUT_MS));
    await this.engine.start();
  }

  /** The cluster that its tables are on; undefined for a single server, and for the embedded engine. */
  get cluster(): string | undefined {
    return this.config.values.clickhouse.cluster;
  }

  /** Whether the embedded engine's disk is as good as full, so that it writes nothing. Of a server it is not known. */
  get isDiskFull(): boolean {
    return this.engine?.isDiskFull ?? false;
  }

  /** Rows of a SELECT. The statement must not name a FORMAT. */
  async query<Row>(sql: string, params: QueryParams = {}, { signal }: QueryOptions = {}): Promise<Row[]> {
    const deadline = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const abort_signal = signal ? AbortSignal.any([signal, deadline]) : deadline;
    const result = await this.client.query({ query: sql, query_params: params, format: 'JSONEachRow', abort_signal });
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
    { signal }: QueryOptions = {},
  ): Promise<void> {
    const values = Readable.from(typeof body === 'string' ? [body] : body, { objectMode: false });
    const { stream } = await this.client.exec({ query: statement, values, ...(signal && { abort_signal: signal }) });
    stream.resume();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client?.close();
    await this.engine?.stop();
  }

  private async connect(url: string): Promise<void> {
    const { host } = new URL(url);
    this.use(url, REQUEST_TIMEOUT_MS);
    await waitFor(`ClickHouse at ${host} (GATEWAY_CLICKHOUSE_URL)`, () => this.command('SELECT 1'), {
      timeoutMs: 1_000 * this.config.values.start_timeout_seconds,
    });
    this.logger.log(`Ready, server ${host}`);
  }

  private use(url: string, timeoutMs: number): void {
    const before = this.client as ClickHouseClient | undefined;
    const clickhouse_settings = { ...CLIENT_OPTIONS.clickhouse_settings, ...(this.cluster && CLUSTER_SETTINGS) };
    this.client = createClient({ url, request_timeout: timeoutMs, ...CLIENT_OPTIONS, clickhouse_settings });
    void before?.close();
  }
}
