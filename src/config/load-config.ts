import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, statSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { AppConfig, configSchema, usesEmbeddedPostgres, type ConfigValues } from './app-config.js';
import { billingContradictions } from './billing-config.js';
import { settingName, withEnvironment } from './environment.js';
import { noticeContradictions, withVariables } from './notices-config.js';
import { variablesOf } from './template-config.js';

/** The settings are invalid; `problems` lists everything that is wrong, one line each. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads `gateway.yaml` (or the file GATEWAY_CONFIG names) and the environment, which wins.
 * @throws ConfigError with every problem, each under its variable or YAML path.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): AppConfig {
  const values = readConfig(env);
  values.data_dir = values.database_url?.startsWith('memory:')
    ? mkdtempSync(join(tmpdir(), 'tallygate-'))
    : resolve(values.data_dir);
  const auth = { ...values.auth, secret_key: values.auth.secret_key ?? keptSecret(values) };
  return new AppConfig({ ...values, auth }, templateVariables(values, env));
}

/**
 * Reads the settings only, creating neither folders nor a secret.
 * @throws ConfigError with every problem, each under its variable or YAML path
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): ConfigValues {
  const written = withEnvironment(readYaml(env), env);
  const result = configSchema.safeParse({ ...written, notices: withVariables(written['notices'], env) });
  if (!result.success) throw new ConfigError(result.error.issues.map((issue) => describe(issue, env)));
  const values = result.data;
  const problems = [...contradictions(values), ...unsetVariables(values, env)];
  if (problems.length > 0) throw new ConfigError(problems);
  return values;
}

function readYaml(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const file = env['GATEWAY_CONFIG'] ?? 'gateway.yaml';
  if (!existsSync(file)) {
    if (env['GATEWAY_CONFIG']) throw new ConfigError([`GATEWAY_CONFIG: no such file: ${file}`]);
    return {};
  }
  return parseFile(file);
}

function parseFile(file: string): Record<string, unknown> {
  try {
    const parsed: unknown = parseYaml(readFileSync(file, 'utf8')) ?? {};
    if (typeof parsed === 'object' && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  } catch (error) {
    throw new ConfigError([`${file}: ${(error as Error).message.split('\n')[0]}`]);
  }
  throw new ConfigError([`${file}: must be a mapping of settings, as in gateway.example.yaml`]);
}

function describe(
  issue: { path: PropertyKey[]; message: string; code: string; keys?: string[] },
  env: NodeJS.ProcessEnv,
): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return `gateway.yaml: ${path ? `${path}: ` : ''}unknown setting ${issue.keys?.join(', ')}`;
  return `${settingName(path, env)}: ${issue.message}`;
}

/** Rules that span several settings. */
function contradictions(values: ConfigValues): string[] {
  const problems: string[] = [];
  if (!usesEmbeddedPostgres(values) && !values.auth.secret_key) {
    problems.push(
      'GATEWAY_SECRET_KEY: required with an external database, since all replicas must share it; `openssl rand -hex 32` makes one',
    );
  }
  if (!usesEmbeddedPostgres(values) && !values.clickhouse_url) {
    problems.push(
      'GATEWAY_CLICKHOUSE_URL: required with an external database, since replicas cannot share the embedded ClickHouse',
    );
  }
  if (values.port !== 0 && values.port === values.mcp_port) {
    problems.push(`GATEWAY_MCP_PORT: must differ from GATEWAY_PORT (both are ${values.port})`);
  }
  if (values.registration === 'open' && values.auth.trust_external_tokens) {
    problems.push(
      'GATEWAY_REGISTRATION: "open" cannot go with GATEWAY_TRUST_EXTERNAL_TOKENS: whoever registers an e-mail first would share the account of the person your backend knows by it. Close registration, or do not trust external tokens',
    );
  }
  return [
    ...problems,
    ...creditContradictions(values),
    ...billingContradictions(values.billing, values.tiers),
    ...noticeContradictions(values.notices),
  ];
}

function unsetVariables({ templates }: ConfigValues, env: NodeJS.ProcessEnv): string[] {
  return variablesOf(templates)
    .filter((name) => env[name] === undefined)
    .map((name) => `gateway.yaml: templates: the environment variable ${name} is not set`);
}

function templateVariables({ templates }: ConfigValues, env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(variablesOf(templates).map((name) => [name, env[name]!]));
}

function creditContradictions({ credits, tiers }: ConfigValues): string[] {
  const problems: string[] = [];
  if (!Object.hasOwn(tiers, credits.default_tier)) {
    const names = Object.keys(tiers).join(', ') || 'none';
    problems.push(`gateway.yaml: credits.default_tier: "${credits.default_tier}" is not one of the tiers (${names})`);
  }
  return problems;
}

/**
 * The secret of an installation without a configured one: created on first use and kept in the data folder, readable
 * only by its owner.
 */
function keptSecret(values: ConfigValues): string {
  const file = join(values.data_dir, 'secret-key');
  try {
    mkdirSync(values.data_dir, { recursive: true, mode: 0o700 });
    if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
    closeFile(file);
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError([`GATEWAY_DATA_DIR: cannot keep the secret key in ${values.data_dir}: ${(error as Error).message}`]);
  }
}

/** One that was copied or restored may be open; where modes cannot be changed it is used all the same. */
function closeFile(file: string): void {
  if ((statSync(file).mode & 0o077) === 0) return;
  try {
    chmodSync(file, 0o600);
  } catch {
    // The start of the engines says that the folder is open.
  }
}
