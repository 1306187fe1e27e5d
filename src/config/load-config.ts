import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, statSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createPrivateFile } from '../common/files/private-file.js';
import { AppConfig, type ConfigValues, type SettingsFile } from './app-config.js';
import { CONFIG_FILE, optionOf, settingName, unknownVariables, withEnvironment, type Given } from './environment.js';
import { asWritten, isSet, notSet, referencesIn, wholeReferences, withVariables } from './env-reference.js';
import { ALL_ENGINES, installedEngines, type Engines } from './backends/installed-engines.js';
import { readSettings, type SettingsText } from './settings/settings-text.js';
import type { ShownSetting } from './settings/shown-setting.js';
import { shownSettings } from './settings/shown-settings.js';
import { outboundOf } from './upstream/outbound.js';
import { contradictions, type Contradiction } from './setting-rules.js';
import { variablesOf } from './template-config.js';
import { isWithin, validSettings, type SettingIssue } from './valid-settings.js';

/** The settings are invalid; `problems` lists everything that is wrong, one line each. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads `gateway.yaml` (or the file GATEWAY_CONFIG names), the environment, which wins, and options of the command line by the names
 * of their variables, which win over both.
 * @throws ConfigError with every problem, each under its option, variable or YAML path.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, options: Given['options'] = {}): AppConfig {
  const { values, referredVariables, file, shown } = examined({ env, options }, installedEngines());
  values.data_dir = values.database_url?.startsWith('memory:')
    ? mkdtempSync(join(tmpdir(), 'tallygate-'))
    : resolve(values.data_dir);
  const auth = { ...values.auth, secret_key: values.auth.secret_key ?? keptSecret(values) };
  const variables = variablesOf(values.templates).map((name) => [name, env[name]!]);
  const used = Object.fromEntries(variables) as Record<string, string>;
  return new AppConfig({ ...values, auth }, used, referredVariables, outboundOf(env), file, { settings: shown, options });
}

/**
 * Every setting with where it comes from, as it may be shown, and as `readConfig` reads it.
 * @throws ConfigError as `loadConfig`
 */
export const readShownSettings = (options: Given['options'] = {}, env: NodeJS.ProcessEnv = process.env): ShownSetting[] =>
  examined({ env, options }, ALL_ENGINES).shown();

/**
 * Every setting as a start with another settings file would have it, which is given as its text. Nothing that the text names is opened
 * or looked up.
 * @throws ConfigError as `loadConfig`
 */
export function settingsWith(
  text: SettingsText,
  options: Given['options'],
  env: NodeJS.ProcessEnv = process.env,
): ShownSetting[] {
  return examinedText({ env, options, isHandedIn: true }, text, installedEngines()).shown();
}

/**
 * Reads the settings only, creating neither folders nor a secret; which engines are installed does not matter unless they are given.
 * @throws ConfigError as `loadConfig`
 */
export function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  options: Given['options'] = {},
  engines: Engines = ALL_ENGINES,
): ConfigValues {
  return examined({ env, options }, engines).values;
}

/** Variables that are named like settings and are nobody's, of settings that were read just so. @throws ConfigError as `readConfig` */
export const strangeVariablesBeside = (options: Given['options'], env: NodeJS.ProcessEnv = process.env): string[] =>
  strangeVariables(examined({ env, options }, ALL_ENGINES), env);

interface Examined {
  values: ConfigValues;
  /** Variables that settings refer to. */
  referredVariables: readonly string[];
  file: SettingsFile;
  /** What is shown of them. Made when somebody looks: a start needs it not. */
  shown: () => ShownSetting[];
}

const examined = (beside: Given, engines: Engines): Examined => examinedText(beside, readYaml(beside), engines);

function examinedText(beside: Given, file: SettingsText, engines: Engines): Examined {
  const given = { ...beside, file: file.settings };
  const written = withEnvironment(file.settings, given);
  const { values, issues: invalid } = validSettings(given.isHandedIn ? written : filledIn(written, given));
  const issues = [...invalid, ...unsetVariables(values, given)];
  const referredVariables = [...variablesOf(values.templates), ...wholeReferences(written['notices'])];
  const isRight = ({ about }: Contradiction) => !about.some((path) => issues.some((issue) => isAbout(issue, path)));
  const problems = [
    ...file.problems,
    ...issues.map((issue) => describe(issue, given)),
    ...misspeltVariables(referredVariables, given),
    // Without the file nobody knows what the others would contradict.
    ...(file.problems.length > 0
      ? []
      : contradictions(values, given, engines)
          .filter(isRight)
          .map(({ problem }) => problem)),
  ];
  const { file: name } = fileOf(given);
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => inFile(problem, name)));
  const namesTiers = Object.hasOwn(file.settings, 'tiers');
  const asGiven = { ...values, notices: asWritten(values.notices, written['notices']) };
  return { values, referredVariables, file: { name, namesTiers }, shown: () => shownSettings(asGiven, given) };
}

/** With what variables say that notices refer to; templates are filled in for each server. */
const filledIn = (written: Record<string, unknown>, { env }: Given) => ({
  ...written,
  notices: withVariables(written['notices'], env),
});

/** References that are still there: nothing was filled in for them. Of a text that is handed in, those whose variable is not set. */
const unsetVariables = ({ notices }: ConfigValues, { isHandedIn, env }: Given): SettingIssue[] =>
  referencesIn(notices, ['notices'])
    .filter(({ name }) => !isHandedIn || !isSet(name, env))
    .map(({ path, name }) => ({ path, message: notSet(name) }));

/** Under the name that the file really has. */
const inFile = (problem: string, file: string): string => problem.replace(/^gateway\.yaml(?=: )/, () => file);

/** What the operator calls a setting, such as `--port`, `GATEWAY_PORT` or `gateway.yaml: port`. */
export function nameOfSetting(path: string, options: Given['options'] = {}, env: NodeJS.ProcessEnv = process.env): string {
  const given = { env, options };
  return inFile(settingName(path, { ...given, file: readYaml(given).settings }), fileOf(given).file);
}

/** Variables that are named like settings and are nobody's, in words; a misspelt one has ended the start. */
export const strangeVariables = (
  { referredVariables }: Pick<Examined, 'referredVariables'>,
  env: NodeJS.ProcessEnv = process.env,
): string[] => unknownVariables(env, referredVariables).map(({ name }) => `${name} is no setting and is ignored`);

/** Whether a mistake is in this setting, or in a section it belongs to. */
function isAbout({ path, keys }: SettingIssue, setting: string): boolean {
  const parts = setting.split('.');
  return keys === undefined && (isWithin(path, parts) || isWithin(parts, path));
}

/** Most are misspelt settings, and a start without what they say would be another one than is wanted. */
function misspeltVariables(referred: string[], { env }: Given): string[] {
  return unknownVariables(env, referred).flatMap(({ name, nearest }) =>
    nearest === undefined ? [] : [`${name}: unknown setting; did you mean ${nearest}?`],
  );
}

/** Its settings; none, and why, where it cannot be read. */
function readYaml(given: Given): SettingsText {
  const { file, isNamed } = fileOf(given);
  if (existsSync(file)) return readSettings(file, () => readFileSync(file, 'utf8'));
  const name = given.options[CONFIG_FILE] ? optionOf(CONFIG_FILE) : CONFIG_FILE;
  return { settings: {}, problems: isNamed ? [`${name}: no such file: ${file}`] : [] };
}

function fileOf({ env, options, isHandedIn }: Given): { file: string; isNamed: boolean } {
  if (isHandedIn) return { file: 'gateway.yaml', isNamed: false };
  const named = options[CONFIG_FILE] || env[CONFIG_FILE];
  return { file: named || 'gateway.yaml', isNamed: Boolean(named) };
}

function describe({ path: parts, message, keys }: SettingIssue, given: Given): string {
  const path = parts.map(String).join('.');
  if (keys === undefined) return `${settingName(path, given)}: ${message}`;
  return `gateway.yaml: ${path ? `${path}: ` : ''}${message}`;
}

/**
 * The secret of an installation without a configured one: created on first use and kept in the data folder, readable
 * only by its owner.
 */
function keptSecret(values: ConfigValues): string {
  const file = join(values.data_dir, 'secret-key');
  try {
    mkdirSync(values.data_dir, { recursive: true, mode: 0o700 });
    if (!existsSync(file)) createPrivateFile(file, randomBytes(32).toString('hex'));
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
