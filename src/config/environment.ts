import { isObject, valueAt } from '../common/json.js';
import { nearestName } from '../common/nearest-name.js';
import { isSecretName } from '../common/secrets/secret-name.js';

const PREFIX = 'GATEWAY_';
/** Of CGI, and of Kubernetes for services called `gateway` or `gateway-…`. */
const FOREIGN = /^GATEWAY_(INTERFACE|(.+_)?SERVICE_(HOST|PORT(_.+)?)|(.+_)?PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

type Parse = (text: string) => unknown;

const text: Parse = (value) => value;
const number: Parse = (value) => (value.trim() === '' ? value : Number(value));
const list: Parse = (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
const flag: Parse = (value) =>
  ({ true: true, '1': true, yes: true, false: false, '0': false, no: false })[value.toLowerCase()] ?? value;

/**
 * Environment variable → path in `gateway.yaml`. The variable wins, and over it the option of `tallygate serve` that is named after
 * it (`optionOf`). The names are those of source 003.
 */
const ENVIRONMENT: Record<string, { path: string; parse: Parse; help: string }> = {
  GATEWAY_HOST: { path: 'host', parse: text, help: 'address to listen on' },
  GATEWAY_PORT: { path: 'port', parse: number, help: 'port of REST; 0: a free one' },
  GATEWAY_MCP_PORT: { path: 'mcp_port', parse: number, help: 'port of MCP; 0: a free one' },
  GATEWAY_DATABASE_URL: { path: 'database_url', parse: text, help: 'PostgreSQL, postgresql://…; memory: keeps nothing' },
  GATEWAY_CLICKHOUSE_URL: { path: 'clickhouse_url', parse: text, help: 'ClickHouse over HTTP, http://…:8123/…' },
  GATEWAY_CLICKHOUSE_CLUSTER: { path: 'clickhouse.cluster', parse: text, help: 'cluster of ClickHouse that its tables are on' },
  GATEWAY_REDIS_URL: { path: 'redis_url', parse: text, help: 'Redis, in which replicas count limits together' },
  GATEWAY_DATA_DIR: { path: 'data_dir', parse: text, help: 'folder of the embedded databases and their secret key' },
  GATEWAY_PUBLIC_URL: { path: 'public_url', parse: text, help: 'where clients reach REST, behind a proxy' },
  GATEWAY_PUBLIC_MCP_URL: { path: 'public_mcp_url', parse: text, help: 'where clients reach MCP, behind a proxy' },
  GATEWAY_TEMPLATES: {
    path: 'servers.enabled_templates',
    parse: list,
    help: 'shipped templates that are on, e.g. http,file-server',
  },
  GATEWAY_START_TIMEOUT_SECONDS: {
    path: 'start_timeout_seconds',
    parse: number,
    help: 'how long to wait for a server that does not answer yet',
  },
  GATEWAY_CORS_ORIGINS: { path: 'cors_origins', parse: list, help: 'browser pages that may call, comma-separated' },
  GATEWAY_HOST_NAMES: {
    path: 'listeners.host_names',
    parse: list,
    help: 'with authentication off, names beside localhost it answers to',
  },
  GATEWAY_REGISTRATION: { path: 'registration', parse: text, help: 'open: anyone may make themselves a user; closed' },
  GATEWAY_SECRET_KEY: { path: 'auth.secret_key', parse: text, help: 'signs logins and hashes keys; 32 characters or more' },
  GATEWAY_AUTH_ENABLED: { path: 'auth.enabled', parse: flag, help: 'false: every caller is the admin' },
  GATEWAY_TRUST_EXTERNAL_TOKENS: {
    path: 'auth.trust_external_tokens',
    parse: flag,
    help: 'true: accept login tokens of your own backend',
  },
  GATEWAY_ADMIN_EMAIL: { path: 'auth.admin_email', parse: text, help: 'of the first admin' },
  GATEWAY_ADMIN_PASSWORD: { path: 'auth.admin_password', parse: text, help: 'of the first admin' },
  GATEWAY_PORTAL_ENABLED: { path: 'portal.enabled', parse: flag, help: 'false: no portal, and no sign-in with a cookie' },
  GATEWAY_CREDITS: { path: 'credits.mode', parse: text, help: 'required: calls need an account; optional' },
  GATEWAY_MCP_INITIALIZE_NEEDS_KEY: {
    path: 'mcp.initialize_needs_key',
    parse: flag,
    help: 'true: nothing on MCP is answered without a key',
  },
  GATEWAY_MCP_ON_REST_PORT: { path: 'mcp.on_rest_port', parse: flag, help: 'false: MCP on its own port alone' },
  GATEWAY_MCP_SESSIONS: { path: 'mcp.sessions', parse: flag, help: 'true: legacy clients get sessions' },
  GATEWAY_STRIPE_SECRET_KEY: { path: 'billing.stripe_secret_key', parse: text, help: 'for payments' },
  GATEWAY_STRIPE_WEBHOOK_SECRET: { path: 'billing.stripe_webhook_secret', parse: text, help: 'for payments' },
  GATEWAY_SMTP_URL: { path: 'notices.smtp.url', parse: text, help: 'for notices by mail, smtp://…:587 or smtps://…:465' },
  GATEWAY_SMTP_USER: { path: 'notices.smtp.user', parse: text, help: 'of the mail server' },
  GATEWAY_SMTP_PASSWORD: { path: 'notices.smtp.password', parse: text, help: 'of the mail server' },
  GATEWAY_SMTP_FROM: { path: 'notices.smtp.from', parse: text, help: 'sender of notices' },
  GATEWAY_METRICS_TOKEN: { path: 'metrics.token', parse: text, help: 'lets a Prometheus elsewhere read /metrics' },
  GATEWAY_TRACES_URL: { path: 'traces.url', parse: text, help: 'an OpenTelemetry collector, http://…:4318/v1/traces' },
  GATEWAY_TRACES_SAMPLE_RATIO: { path: 'traces.sample_ratio', parse: number, help: 'share of the traces that are kept, 0 to 1' },
  GATEWAY_LOG_LEVEL: { path: 'log.level', parse: text, help: 'fatal, error, warn, info, debug, trace or silent' },
  GATEWAY_LOG_FORMAT: { path: 'log.format', parse: text, help: 'json or pretty' },
};

/** Names the settings file; no setting itself. */
export const CONFIG_FILE = 'GATEWAY_CONFIG';

/** What was given beside `gateway.yaml`. Empty values count as not given. */
export interface Given {
  env: NodeJS.ProcessEnv;
  /** Of the command line, by the variable that each stands for. They win. */
  options: Readonly<Record<string, string>>;
  /** What the settings file says, where there is one. */
  file?: Readonly<Record<string, unknown>>;
  /**
   * Whether the file is a text that somebody hands in to be checked: no file that it names is opened, and nothing is said of what
   * variables that it refers to say.
   */
  isHandedIn?: boolean;
}

/** Where a setting's value comes from. */
export interface Origin {
  origin: 'default' | 'file' | 'variable' | 'option';
  /** Its variable or option, where it is given by one. */
  given_as: string | null;
}

/** The option of the command line that stands for a variable: `--database-url` for `GATEWAY_DATABASE_URL`. */
export const optionOf = (variable: string): string => `--${variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-')}`;

/** The settings that are options too: all but secrets, since other users of the machine see a command line. */
export const SETTING_OPTIONS: readonly { variable: string; option: string; help: string }[] = [
  { variable: CONFIG_FILE, option: optionOf(CONFIG_FILE), help: 'the settings file instead of gateway.yaml' },
  ...Object.entries(ENVIRONMENT)
    .filter(([, { path, parse }]) => parse !== text || !isSecretName(path.split('.').at(-1)!))
    .map(([variable, { help }]) => ({ variable, option: optionOf(variable), help })),
];

/**
 * The name of a setting, or of what is in it, as the operator wrote it: its option or variable where that is given, its YAML path where
 * the file has it, or the section where it is missing. What is nowhere is named as it could be given beside the others.
 */
export function settingName(path: string, { env, options, file = {} }: Given): string {
  const isIn = (outer: string) => path === outer || path.startsWith(`${outer}.`);
  const variables = Object.keys(ENVIRONMENT).filter((name) => isIn(ENVIRONMENT[name]!.path));
  const given = variables.find((name) => options[name] || env[name]);
  if (given) return options[given] ? optionOf(given) : given;
  const [missing] = isInFile(path.split('.'), file) ? [] : variables;
  if (missing === undefined) return `gateway.yaml: ${path}`;
  const hasOption = SETTING_OPTIONS.some(({ variable }) => variable === missing);
  return hasOption && Object.keys(options).length > 0 ? optionOf(missing) : missing;
}

/** Where the value of a setting comes from: its option, else its variable, else the file. */
export function originOf(path: string, { env, options, file = {} }: Given): Origin {
  const variable = Object.keys(ENVIRONMENT).find((name) => ENVIRONMENT[name]!.path === path);
  if (variable && options[variable]) return { origin: 'option', given_as: optionOf(variable) };
  if (variable && env[variable]) return { origin: 'variable', given_as: variable };
  return { origin: valueAt(file, path) === undefined ? 'default' : 'file', given_as: null };
}

/** What its variable is described as; undefined where it has none. */
export const helpOf = (path: string): string | undefined => Object.values(ENVIRONMENT).find((one) => one.path === path)?.help;

/** Whether the file has it, or the section that it belongs to. */
function isInFile(path: readonly string[], file: Readonly<Record<string, unknown>>): boolean {
  const [section, ...rest] = path;
  const value = Object.hasOwn(file, section!) ? file[section!] : undefined;
  if (rest.length < 2) return value !== undefined;
  return isObject(value) ? isInFile(rest, value) : value !== undefined;
}

/** Overrides the values read from `gateway.yaml` with the others that are given; none is modified. */
export function withEnvironment(yaml: Record<string, unknown>, { env, options }: Given): Record<string, unknown> {
  const merged = structuredClone(yaml);
  for (const [name, { path, parse }] of Object.entries(ENVIRONMENT)) {
    const value = options[name] || env[name];
    if (value) set(merged, path.split('.'), parse(value));
  }
  return merged;
}

/** A section that is something else than one is left as it is: that is a mistake of its own. */
function set(target: Record<string, unknown>, [head, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) target[head!] = value;
  else if (isObject((target[head!] ??= {}))) set(target[head!] as Record<string, unknown>, rest, value);
}

/** A variable that is named like a setting and is none, and the setting that is probably meant. */
export interface UnknownVariable {
  name: string;
  nearest: string | undefined;
}

/** @param others variables of other use, such as those that templates refer to. */
export function unknownVariables(env: NodeJS.ProcessEnv, others: readonly string[]): UnknownVariable[] {
  const known = [...Object.keys(ENVIRONMENT), CONFIG_FILE];
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && env[name] && !known.includes(name) && !others.includes(name))
    .filter((name) => !FOREIGN.test(name))
    .map((name) => ({ name, nearest: nearestName(name, known, PREFIX.length) }));
}

/** Where programs are looked for: the one variable that child processes take over from the gateway. */
export const programPath: string = process.env['PATH'] ?? '';

/** The environment of a gateway for this machine alone: on ports of its own, where legacy clients can be asked and told. */
export const localEnvironment = (env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  ...env,
  GATEWAY_HOST: '127.0.0.1',
  GATEWAY_PORT: '0',
  GATEWAY_MCP_PORT: '0',
  GATEWAY_MCP_SESSIONS: 'true',
});
