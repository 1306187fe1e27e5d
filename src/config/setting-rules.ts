import { usesEmbeddedPostgres, type ConfigValues } from './app-config.js';
import { billingContradictions, type Contradiction } from './billing-config.js';
import { settingName, type Given } from './environment.js';
import type { Engines } from './installed-engines.js';
import { noticeContradictions } from './notices-config.js';
import { SHIPPED_TEMPLATE_NAMES, variablesOf } from './template-config.js';

/** Rules that span several settings, and where they are given. */
export function contradictions(values: ConfigValues, given: Given, engines: Engines): Contradiction[] {
  return [
    ...databaseContradictions(values, engines),
    ...portContradictions(values, given),
    ...registrationContradictions(values, given),
    ...creditContradictions(values, given),
    ...billingContradictions(values.billing, values.tiers),
    ...noticeContradictions(values.notices, (path) => settingName(path, given)),
    ...templateContradictions(values, given),
  ];
}

const NOT_INSTALLED = 'is not installed here (the image tallygate:full and `npm ci --include=optional` have it)';

function databaseContradictions(values: ConfigValues, engines: Engines): Contradiction[] {
  const needsPostgres = usesEmbeddedPostgres(values) && !engines.postgres;
  const needsClickHouse = !values.clickhouse_url && !engines.clickhouse;
  // With an engine of its own a gateway is alone, and keeps a secret beside its data.
  const hasReplicas =
    (needsPostgres || !usesEmbeddedPostgres(values)) && (needsClickHouse || values.clickhouse_url !== undefined);
  const needsSecret = hasReplicas && !values.auth.secret_key;
  return [
    ...problemIf(
      needsPostgres,
      ['database_url'],
      `GATEWAY_DATABASE_URL: required, since the embedded PostgreSQL ${NOT_INSTALLED}: postgresql://user:password@host/database`,
    ),
    ...problemIf(
      needsClickHouse,
      ['clickhouse_url'],
      `GATEWAY_CLICKHOUSE_URL: required, since the embedded ClickHouse ${NOT_INSTALLED}: http://user:password@host:8123/database`,
    ),
    ...problemIf(
      needsSecret,
      ['database_url', 'clickhouse_url', 'auth.secret_key'],
      'GATEWAY_SECRET_KEY: required with database servers, since all replicas must share it; `openssl rand -hex 32` makes one',
    ),
  ];
}

function portContradictions({ port, mcp_port }: ConfigValues, given: Given): Contradiction[] {
  const words = `${settingName('mcp_port', given)}: must differ from the port of REST (both are ${port})`;
  return problemIf(port !== 0 && port === mcp_port, ['port', 'mcp_port'], words);
}

function registrationContradictions({ registration, auth }: ConfigValues, given: Given): Contradiction[] {
  return problemIf(
    registration === 'open' && auth.trust_external_tokens,
    ['registration', 'auth.trust_external_tokens'],
    `${settingName('registration', given)}: "open" cannot go with trusted external tokens (auth.trust_external_tokens): whoever registers an e-mail first would share the account of the person your backend knows by it. Close registration, or do not trust external tokens`,
  );
}

function creditContradictions({ credits: { default_tier: tier }, tiers }: ConfigValues, given: Given): Contradiction[] {
  const names = Object.keys(tiers).join(', ') || 'none';
  const words = `${settingName('credits.default_tier', given)}: "${tier}" is not one of the tiers (${names})`;
  return problemIf(!Object.hasOwn(tiers, tier), ['credits.default_tier', `tiers.${tier}`], words);
}

function templateContradictions({ templates, servers }: ConfigValues, given: Given): Contradiction[] {
  const path = 'servers.enabled_templates';
  const known = SHIPPED_TEMPLATE_NAMES.join(', ');
  const unknown = servers.enabled_templates.filter(
    (name) => !Object.hasOwn(templates, name) && !SHIPPED_TEMPLATE_NAMES.some((shipped) => shipped === name),
  );
  const unset = variablesOf(templates).filter((name) => given.env[name] === undefined);
  return [
    ...unknown.map((name) => ({
      about: [path, `templates.${name}`],
      problem: `${settingName(path, given)}: "${name}" is not a shipped template (${known})`,
    })),
    ...unset.map((name) => ({
      about: [],
      problem: `gateway.yaml: templates: the environment variable ${name} is not set`,
    })),
  ];
}

const problemIf = (isWrong: boolean, about: string[], problem: string): Contradiction[] => (isWrong ? [{ about, problem }] : []);
