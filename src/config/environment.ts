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

/** Environment variable → path in `gateway.yaml`. The variable wins. The names are those of source 003. */
const ENVIRONMENT: Record<string, { path: string; parse: Parse }> = {
  GATEWAY_HOST: { path: 'host', parse: text },
  GATEWAY_PORT: { path: 'port', parse: number },
  GATEWAY_MCP_PORT: { path: 'mcp_port', parse: number },
  GATEWAY_DATABASE_URL: { path: 'database_url', parse: text },
  GATEWAY_CLICKHOUSE_URL: { path: 'clickhouse_url', parse: text },
  GATEWAY_REDIS_URL: { path: 'redis_url', parse: text },
  GATEWAY_DATA_DIR: { path: 'data_dir', parse: text },
  GATEWAY_START_TIMEOUT_SECONDS: { path: 'start_timeout_seconds', parse: number },
  GATEWAY_CORS_ORIGINS: { path: 'cors_origins', parse: list },
  GATEWAY_HOST_NAMES: { path: 'listeners.host_names', parse: list },
  GATEWAY_REGISTRATION: { path: 'registration', parse: text },
  GATEWAY_SECRET_KEY: { path: 'auth.secret_key', parse: text },
  GATEWAY_AUTH_ENABLED: { path: 'auth.enabled', parse: flag },
  GATEWAY_TRUST_EXTERNAL_TOKENS: { path: 'auth.trust_external_tokens', parse: flag },
  GATEWAY_ADMIN_EMAIL: { path: 'auth.admin_email', parse: text },
  GATEWAY_ADMIN_PASSWORD: { path: 'auth.admin_password', parse: text },
  GATEWAY_CREDITS: { path: 'credits.mode', parse: text },
  GATEWAY_MCP_SESSIONS: { path: 'mcp.sessions', parse: flag },
  GATEWAY_STRIPE_SECRET_KEY: { path: 'billing.stripe_secret_key', parse: text },
  GATEWAY_STRIPE_WEBHOOK_SECRET: { path: 'billing.stripe_webhook_secret', parse: text },
  GATEWAY_SMTP_URL: { path: 'notices.smtp.url', parse: text },
  GATEWAY_SMTP_USER: { path: 'notices.smtp.user', parse: text },
  GATEWAY_SMTP_PASSWORD: { path: 'notices.smtp.password', parse: text },
  GATEWAY_SMTP_FROM: { path: 'notices.smtp.from', parse: text },
  GATEWAY_METRICS_TOKEN: { path: 'metrics.token', parse: text },
  GATEWAY_TRACES_URL: { path: 'traces.url', parse: text },
  GATEWAY_TRACES_SAMPLE_RATIO: { path: 'traces.sample_ratio', parse: number },
  GATEWAY_LOG_LEVEL: { path: 'log.level', parse: text },
  GATEWAY_LOG_FORMAT: { path: 'log.format', parse: text },
};

/** The name of a setting as the operator wrote it: its variable where that is set, else its YAML path. */
export function settingName(path: string, env: NodeJS.ProcessEnv): string {
  const variable = Object.entries(ENVIRONMENT).find(([name, entry]) => entry.path === path && env[name] !== undefined);
  return variable ? variable[0] : `gateway.yaml: ${path}`;
}

/** Overrides the values read from `gateway.yaml` with the environment's; neither is modified. */
export function withEnvironment(yaml: Record<string, unknown>, env: NodeJS.ProcessEnv): Record<string, unknown> {
  const merged = structuredClone(yaml);
  for (const [name, { path, parse }] of Object.entries(ENVIRONMENT)) {
    const value = env[name];
    if (value !== undefined && value !== '') set(merged, path.split('.'), parse(value));
  }
  return merged;
}

function set(target: Record<string, unknown>, [head, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) target[head!] = value;
  else set((target[head!] ??= {}) as Record<string, unknown>, rest, value);
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
