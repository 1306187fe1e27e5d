import { z } from 'zod';
import { deepFreeze } from '../common/json.js';
import { LOG_LEVELS } from '../telemetry/logger.js';
import { databaseUrl, httpUrl, redisUrl } from './backends/backend-urls.js';
import { billingSchema } from './billing-config.js';
import { creditsSchema } from './credits-config.js';
import type { Given } from './environment.js';
import { EVERY_ADDRESS, network } from './host.js';
import { noticesSchema } from './notices-config.js';
import { limitsSchema, listenersSchema } from './sections/limits-config.js';
import { portalSchema } from './sections/portal-config.js';
import type { ShownSetting } from './settings/shown-setting.js';
import { DIRECT, type Outbound } from './upstream/outbound.js';
import { tiersSchema } from './sections/tiers-config.js';
import { priceSchema, STRATEGIES, templateName, templatesSchema, trustSettings } from './template-config.js';

/** A port; with 0 the system chooses one, which tests use. */
const port = z.int().min(0).max(65_535);

/**
 * `gateway.yaml`, key by key, with defaults. Unknown keys are refused, so that a mistyped one is not silently
 * ignored.
 */
export const configSchema = z.strictObject({
  /** `::`: every address of IPv6 and IPv4; of IPv4 alone on a machine without IPv6. */
  host: z.string().min(1).default(EVERY_ADDRESS),
  port: port.default(8000),
  mcp_port: port.default(8001),
  /** Unset: embedded PostgreSQL under data_dir. `memory:`: it and the embedded ClickHouse in a temporary folder. */
  database_url: databaseUrl.optional(),
  /** Unset: embedded ClickHouse under data_dir, of the one gateway on its PostgreSQL. */
  clickhouse_url: httpUrl.optional(),
  clickhouse: z
    .strictObject({
      /**
       * Of ClickHouse's own configuration (`remote_servers`), one shard with replicas: tables are made on all of them. A macro such as
       * `{cluster}` stands for its name. Not for ClickHouse Cloud, which replicates by itself.
       */
      cluster: z
        .string()
        .regex(/^([\w.-]{1,64}|\{\w{1,64}\})$/, "must be a cluster's name")
        .optional(),
    })
    .prefault({}),
  /** Redis, in which replicas count limits together. Unset: each counts for itself, in memory. */
  redis_url: redisUrl.optional(),
  data_dir: z.string().min(1).default('./data'),
  /** Where clients reach REST and MCP, where a proxy gives them other addresses than the gateway's own. */
  public_url: httpUrl.optional(),
  public_mcp_url: httpUrl.optional(),
  /** How long the start waits for a database server that does not answer yet. */
  start_timeout_seconds: z.number().min(0).max(3_600).default(30),
  cors_origins: z.array(z.string().min(1)).default(['*']),
  registration: z.enum(['open', 'closed']).default('closed'),
  auth: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Signs login tokens and peppers API keys. At least 32 characters, the output size of the hash it keys. */
      secret_key: z.string().min(32, 'must have at least 32 characters; `openssl rand -hex 32` makes one').optional(),
      access_token_expire_minutes: z.int().min(1).max(43_200).default(60),
      /**
       * Also accept login tokens of the operator's own backend: HS256, signed with secret_key, with `email` or `sub`
       * (source 002). Whoever can sign them can act as anyone here.
       */
      trust_external_tokens: z.boolean().default(false),
      admin_email: z.union([z.email(), z.literal('admin@localhost')], 'must be an e-mail address').default('admin@localhost'),
      admin_password: z.string().min(8, 'must have at least 8 characters').max(256).optional(),
    })
    .prefault({}),
  portal: portalSchema,
  limits: limitsSchema,
  listeners: listenersSchema,
  mcp: z
    .strictObject({
      /** `/mcp` and `/messages` are served on `port`, too. */
      on_rest_port: z.boolean().default(true),
      /** Entries of a list in one answer; the rest follows in further pages. */
      page_size: z.int().min(1).max(10_000).default(1_000),
      /** Nothing is answered without a key, `initialize` neither. Source 000 wants it open. */
      initialize_needs_key: z.boolean().default(false),
      /**
       * Legacy clients get an `Mcp-Session-Id`, so that tools can ask them questions and changes can reach them.
       * Needs sticky routing.
       */
      sessions: z.boolean().default(false),
      /** Sessions one process keeps. At the limit, `initialize` is answered without one. */
      max_sessions: z.int().min(1).max(1_000_000).default(10_000),
      /** A session that is unused for this long ends. */
      session_idle_minutes: z.number().min(0.01).max(10_080).default(60),
      /** Answers that a process holds open as streams. */
      max_streams: z.int().min(1).max(1_000_000).default(2_000),
      max_streams_per_key: z.int().min(1).max(1_000_000).default(100),
      /** Of all keys of a user together. */
      max_streams_per_user: z.int().min(1).max(1_000_000).default(500),
      /** Resources that all keys of a user watch together, in sessions and in streams. One watched twice counts twice. */
      max_watches_per_user: z.int().min(1).max(1_000_000).default(1_000),
      /** A stream that is silent for this long gets a comment, so that proxies do not close it. */
      keep_alive_seconds: z.number().min(0.1).max(3_600).default(15),
      /** How long a tool waits for an answer of its client; this time does not count against the tool's own limit. */
      ask_timeout_seconds: z.number().min(0.1).max(3_600).default(300),
    })
    .prefault({}),
  tools: z
    .strictObject({
      /**
       * Price in credits by tool name, overriding the tool's own; also of `resources/read` and `prompts/get`, which
       * are free otherwise.
       */
      prices: z.record(z.string(), priceSchema).default({}),
      /** A tool that takes longer is cancelled and answered with an error. */
      timeout_seconds: z.number().min(0.1).max(600).default(30),
    })
    .prefault({}),
  tiers: tiersSchema,
  credits: creditsSchema,
  billing: billingSchema,
  notices: noticesSchema,
  /** Recipes for upstream MCP servers, by name. One with the name of a shipped template replaces it. */
  templates: templatesSchema,
  servers: z
    .strictObject({
      /** Shipped templates that servers may be registered from. Those that start a process the operator names. */
      enabled_templates: z.array(templateName).default(['http', 'sse']),
      /** Private networks in which upstream servers may be. Public addresses are always allowed. */
      allowed_networks: z.array(network).max(100).default([]),
      /** Certificates in PEM of authorities that servers are believed by, beside the public ones. */
      ca_file: z.string().min(1).max(4_096).optional(),
      max_servers: z.int().min(1).max(10_000).default(200),
      /** Child processes of one gateway. */
      max_processes: z.int().min(0).max(1_000).default(32),
      ...trustSettings,
    })
    .prefault({}),
  load_balancer: z
    .strictObject({
      /** Default of templates that name none. Source 003. */
      strategy: z.enum(STRATEGIES).default('round_robin'),
      /** Seconds between two checks of one upstream server. Source 003. */
      health_check_interval: z.number().min(0.1).max(86_400).default(30),
    })
    .prefault({}),
  stock_data: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Load the sample market data when the datasets are empty at start. */
      load_sample: z.boolean().default(true),
    })
    .prefault({}),
  examples: z
    .strictObject({
      /** The tools greet, add and timestamp, for trying things out. */
      enabled: z.boolean().default(true),
    })
    .prefault({}),
  usage: z
    .strictObject({
      /** Pause between two deliveries to ClickHouse. */
      delivery_interval_ms: z.int().min(50).max(60_000).default(500),
      /** An insert that takes longer has an unknown outcome and is repeated. A ClickHouse server is given at most 30 s. */
      delivery_timeout_ms: z.int().min(100).max(600_000).default(30_000),
      /**
       * How long PostgreSQL keeps usage that ClickHouse has, so that a ClickHouse that lost it gets it again. At 1 000 calls a second an
       * hour takes some 3 GB.
       */
      keep_outbox_hours: z.int().min(1).max(720).default(24),
      /** How often ClickHouse is asked whether it still has what it was given; besides after each of its outages. */
      verify_interval_seconds: z.int().min(1).max(3_600).default(300),
      /** How long usage is kept in ClickHouse. Its DateTime ends in 2106, so there must be a limit. */
      keep_months: z.int().min(1).max(600).default(13),
      /** How long the calls of everybody together can be listed, newest first. ClickHouse keeps them a second time for it. */
      keep_recent_days: z.int().min(1).max(400).default(30),
    })
    .prefault({}),
  /** How long it is kept who changed what. */
  audit: z.strictObject({ keep_months: z.int().min(1).max(1_200).default(24) }).prefault({}),
  metrics: z
    .strictObject({
      /** Lets a Prometheus on another machine read `/metrics`. Unset: only this machine may. */
      token: z.string().min(16, 'must have at least 16 characters').optional(),
    })
    .prefault({}),
  traces: z
    .strictObject({
      /** Of an OpenTelemetry collector: OTLP over HTTP, `http://localhost:4318/v1/traces`. Unset: no traces. */
      url: httpUrl.optional(),
      /** Headers the collector needs, e.g. a credential. */
      headers: z.record(z.string(), z.string()).default({}),
      /** Share of the traces started here that are kept; for a trace that a caller started, the caller decides. */
      sample_ratio: z.number().min(0).max(1).default(1),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(LOG_LEVELS).default('info'),
      /** Unset: pretty on a terminal, else json. */
      format: z.enum(['json', 'pretty']).optional(),
    })
    .prefault({}),
});

export type ConfigValues = z.infer<typeof configSchema>;

/** The settings file, and what of it must be told apart from defaults. */
export interface SettingsFile {
  /** As the operator calls it. */
  name: string;
  /** Whether it names tiers; it names either all of them or none. */
  namesTiers: boolean;
}

/** How this process was started. */
export interface StartSettings {
  /** As they may be shown. */
  readonly settings: () => ShownSetting[];
  readonly options: Given['options'];
}

/** The settings, read once at start and frozen. Injected by this class. */
export class AppConfig {
  constructor(
    readonly values: Readonly<ConfigValues & { auth: { secret_key: string } }>,
    /** The environment variables that `templates` refer to, and no others. Secret. */
    readonly templateVariables: Readonly<Record<string, string>> = {},
    /** Names of all environment variables that settings refer to. */
    readonly referredVariables: readonly string[] = [],
    readonly outbound: Outbound = DIRECT,
    readonly file: SettingsFile = { name: 'gateway.yaml', namesTiers: false },
    readonly start: StartSettings = { settings: () => [], options: {} },
  ) {
    deepFreeze(values);
    deepFreeze(templateVariables);
  }

  /** `memory:`: the data folder is temporary and is removed at exit. */
  get isTemporary(): boolean {
    return this.values.database_url?.startsWith('memory:') ?? false;
  }

  /** Whether no other gateway can share its databases: one of them is embedded. */
  get isAlone(): boolean {
    return this.embedded.postgres || this.embedded.clickhouse;
  }

  /** Whether Tallygate runs PostgreSQL and ClickHouse itself. */
  get embedded(): { postgres: boolean; clickhouse: boolean } {
    return { postgres: usesEmbeddedPostgres(this.values), clickhouse: !this.values.clickhouse_url };
  }
}

export const usesEmbeddedPostgres = (values: Pick<ConfigValues, 'database_url'>): boolean =>
  !values.database_url || values.database_url.startsWith('memory:');
