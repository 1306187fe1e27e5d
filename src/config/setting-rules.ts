import { NetworkRules } from '../common/network/network-rules.js';
import { usesEmbeddedPostgres, type ConfigValues } from './app-config.js';
import type { BillingSettings } from './billing-config.js';
import { secureContextOf } from '../common/network/tls-files.js';
import { isReference, isSet, notSet, wholeReferences } from './env-reference.js';
import { settingName, type Given } from './environment.js';
import type { Engines } from './backends/installed-engines.js';
import { webhookName, type NoticeSettings } from './notices-config.js';
import { proxyContradictions } from './upstream/outbound.js';
import { SHIPPED_TEMPLATE_NAMES, variablesOf, type TemplateValues } from './template-config.js';
import { CALLER_SECRET_MIN_CHARS } from './upstream/upstream-headers.js';

/** Settings that cannot go together. */
export interface Contradiction {
  /** The paths of the settings it is about. While one of them is wrong itself, nothing is said. */
  about: string[];
  problem: string;
}

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
    ...olderWordContradictions(values, given),
    ...(given.isHandedIn ? [] : outsideContradictions(values, given)),
    ...proxyContradictions(given.env),
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
      Boolean(values.clickhouse.cluster && !values.clickhouse_url),
      ['clickhouse_url', 'clickhouse.cluster'],
      'GATEWAY_CLICKHOUSE_URL: required with clickhouse.cluster, since the embedded ClickHouse is none',
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

const BILLING_NEEDS = {
  stripe_secret_key: 'GATEWAY_STRIPE_SECRET_KEY',
  stripe_webhook_secret: 'GATEWAY_STRIPE_WEBHOOK_SECRET',
  success_url: 'gateway.yaml: billing.success_url',
  cancel_url: 'gateway.yaml: billing.cancel_url',
} as const;

function billingContradictions(billing: BillingSettings, tiers: ConfigValues['tiers']): Contradiction[] {
  const { credit_packs: packs, subscriptions } = billing;
  const missing = Object.entries(BILLING_NEEDS).filter(([key]) => billing[key as keyof typeof BILLING_NEEDS] === undefined);
  const unknown = subscriptions.filter(({ tier }) => !Object.hasOwn(tiers, tier));
  return [
    ...(billing.enabled ? missing : []).map(([key, name]) => ({
      about: ['billing.enabled', `billing.${key}`],
      problem: `${name}: required while billing is enabled`,
    })),
    ...unknown.map(({ tier }) => ({
      about: [`tiers.${tier}`, 'billing.subscriptions'],
      problem: `gateway.yaml: billing.subscriptions: "${tier}" is not one of the tiers`,
    })),
    ...repeated(
      'credit_packs',
      'id',
      packs.map(({ id }) => id),
    ),
    ...repeated(
      'subscriptions',
      'tier',
      subscriptions.map(({ tier }) => tier),
    ),
    // With one price for two tiers it would be unclear which of them was paid for.
    ...repeated(
      'subscriptions',
      'price_id',
      subscriptions.map(({ price_id }) => price_id),
    ),
  ];
}

function repeated(list: string, key: string, values: string[]): Contradiction[] {
  const twice = new Set(values.filter((value, index) => values.indexOf(value) !== index));
  return [...twice].map((value) => ({
    about: [`billing.${list}`],
    problem: `gateway.yaml: billing.${list}: ${key} "${value}" is listed more than once`,
  }));
}

function noticeContradictions(
  { webhooks, smtp: mail, mail_users, allowed_networks }: NoticeSettings,
  nameOf: (path: string) => string,
): Contradiction[] {
  const names = webhooks.filter(({ name, url }) => name || !isReference(url)).map(webhookName);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const rules = new NetworkRules(allowed_networks, 'notices.allowed_networks');
  const unreachable = webhooks.flatMap(({ url }, index) =>
    problemsOf(() => isReference(url) || rules.connectOptions(url)).map((words) => ({
      about: ['notices.webhooks', 'notices.allowed_networks'],
      problem: `gateway.yaml: notices.webhooks.${index}.url: ${words}`,
    })),
  );
  const twins = [...twice].map((name) => ({
    about: ['notices.webhooks'],
    problem: `gateway.yaml: notices.webhooks: there are two named "${name}"; give each a name of its own`,
  }));
  return [
    ...unreachable,
    ...twins,
    ...problemIf(
      mail_users && !mail,
      ['notices.mail_users', 'notices.smtp'],
      'gateway.yaml: notices.mail_users: needs notices.smtp',
    ),
    ...problemIf(
      Boolean(mail?.password && !mail.user),
      ['notices.smtp'],
      `${nameOf('notices.smtp.user')}: required with a password`,
    ),
  ];
}

/** None where it works. */
function problemsOf(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function templateContradictions({ templates, servers }: ConfigValues, given: Given): Contradiction[] {
  const path = 'servers.enabled_templates';
  const known = SHIPPED_TEMPLATE_NAMES.join(', ');
  const unknown = servers.enabled_templates.filter(
    (name) => !Object.hasOwn(templates, name) && !SHIPPED_TEMPLATE_NAMES.some((shipped) => shipped === name),
  );
  const unset = variablesOf(templates).filter((name) => !isSet(name, given.env));
  return [
    ...unknown.map((name) => ({
      about: [path, `templates.${name}`],
      problem: `${settingName(path, given)}: "${name}" is not a shipped template (${known})`,
    })),
    ...unset.map((name) => ({
      about: [],
      problem: `gateway.yaml: templates: ${notSet(name)}`,
    })),
  ];
}

/** Of a setting that has another name now, both. */
function olderWordContradictions({ servers, credits }: ConfigValues, given: Given): Contradiction[] {
  const both = (older: string, newer: string, areGiven: boolean) =>
    problemIf(areGiven, [newer, older], `${settingName(older, given)}: is an older word for ${newer}: leave it out`);
  const isGiven = (...values: unknown[]) => values.every((value) => value !== undefined);
  return [
    ...both('servers.tool_approval', 'servers.approval', isGiven(servers.approval, servers.tool_approval)),
    ...both('credits.hold_seconds', 'credits.lease_seconds', isGiven(credits.lease_seconds, credits.hold_seconds)),
  ];
}

/** What is wrong with what settings lead to: files, and variables. */
const outsideContradictions = (values: ConfigValues, given: Given): Contradiction[] => [
  ...tlsContradictions(values, given),
  ...Object.entries(values.templates).flatMap(([name, template]) => callerContradictions(name, template, given)),
];

/** Files that cannot be used. They are read again whenever a server is connected to. */
function tlsContradictions({ servers, templates }: ConfigValues, given: Given): Contradiction[] {
  const general = problemsOf(() => secureContextOf({ caFiles: [servers.ca_file ?? []].flat() }));
  return [
    ...general.map((words) => ({
      about: ['servers.ca_file'],
      problem: `${settingName('servers.ca_file', given)}: ${words}`,
    })),
    ...Object.entries(templates).flatMap(([name, { tls }]) => {
      const files = { caFiles: [tls?.ca_file ?? []].flat(), certFile: tls?.cert_file, keyFile: tls?.key_file };
      const about = [`templates.${name}`];
      return problemsOf(() => secureContextOf(files)).map((words) => ({
        about,
        problem: `gateway.yaml: templates.${name}.tls: ${words}`,
      }));
    }),
  ];
}

/** A secret that can be guessed makes everybody anybody. */
function callerContradictions(name: string, { caller }: TemplateValues, { env }: Given): Contradiction[] {
  const weak = wholeReferences(caller?.secret).filter(
    (variable) => isSet(variable, env) && env[variable]!.length < CALLER_SECRET_MIN_CHARS,
  );
  return weak.map((variable) => ({
    about: [`templates.${name}`],
    problem: `gateway.yaml: templates.${name}.caller.secret: the environment variable ${variable} must have at least ${CALLER_SECRET_MIN_CHARS} characters; \`openssl rand -hex 32\` makes one`,
  }));
}

const problemIf = (isWrong: boolean, about: string[], problem: string): Contradiction[] => (isWrong ? [{ about, problem }] : []);
