import { canonicalJson, isObject } from '../../common/json.js';
import { MASK } from '../../common/secrets/mask-text.js';
import type { Given } from '../environment.js';
import { ConfigError, settingsWith } from '../load-config.js';
import { readSettings, type SettingsText } from './settings-text.js';
import type { ShownSetting } from './shown-setting.js';

/** Of what may be as long as the text, what is told. */
const PROBLEMS_MAX = 100;
const PROBLEM_CHARS_MAX = 500;

/** The text of a settings file, and what the process that is asked was started with. */
export interface ConfigCheckInput {
  yaml: string;
  options: Given['options'];
  now: readonly ShownSetting[];
}

export interface ConfigProblem {
  /** Of the text; null where it is about no line of it. */
  line: number | null;
  message: string;
}

/** A setting, or an entry of one that is a map, with its values as they may be shown; null where there is none. */
export interface SettingChange {
  name: string;
  now: unknown;
  then: unknown;
}

export interface CheckedConfig {
  problems: ConfigProblem[];
  changes: SettingChange[];
  /** Settings of the text whose secrets are not compared with those in use: the answer would let them be guessed. */
  not_compared: string[];
  /** Settings of the text that name files, which are not opened. */
  not_opened: string[];
}

/** What a start with this settings file would say, and what would be another setting then. Only the text is read. */
export function checkConfig({ yaml, options, now }: ConfigCheckInput, env: NodeJS.ProcessEnv = process.env): CheckedConfig {
  const text = readSettings('gateway.yaml', () => yaml);
  try {
    const then = settingsWith(text, options, env);
    const before = new Map(now.map((one) => [one.name, one]));
    const pairs = then.flatMap((one) => entriesOf(before.get(one.name)?.value ?? null, one));
    const isChanged = ({ now, then }: SettingChange) => canonicalJson(now) !== canonicalJson(then);
    const isMasked = ({ then }: SettingChange) => canonicalJson(then).includes(MASK);
    const given = new Set(then.filter(({ origin }) => origin === 'file').map(({ name }) => name));
    const names = pairs.filter((one) => given.has(one.setting) && isMasked(one) && !isChanged(one)).map(({ name }) => name);
    const changes = pairs.filter(isChanged).map(({ name, now, then }) => ({ name, now, then }));
    changes.push(...changeOfTiers(before, then));
    return { problems: [], changes, not_compared: names, not_opened: fileSettings(then) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: told(error.problems, text), changes: [], not_compared: [], not_opened: [] };
  }
}

const WHOSE_TIERS: Partial<Record<ShownSetting['origin'], string>> = {
  default: 'what admins set of them counts',
  file: 'the file’s alone: nothing that admins set of them counts',
};

/** Tiers may be the same by their values and still not be: what the file names, no admin changes. */
function changeOfTiers(before: ReadonlyMap<string, ShownSetting>, then: readonly ShownSetting[]): SettingChange[] {
  const [was, will] = [before.get('tiers')?.origin, then.find(({ name }) => name === 'tiers')?.origin];
  if (was === undefined || will === undefined || was === will) return [];
  return [{ name: 'tiers', now: WHOSE_TIERS[was] ?? was, then: WHOSE_TIERS[will] ?? will }];
}

/** A map is compared entry by entry, so that a change of one template does not show all of them. */
function entriesOf(now: unknown, { name: setting, value: then }: ShownSetting): (SettingChange & { setting: string })[] {
  if (!isObject(now) || !isObject(then)) return [{ setting, name: setting, now, then }];
  const entry = (map: Record<string, unknown>, key: string) => (Object.hasOwn(map, key) ? map[key] : null);
  const keys = [...new Set([...Object.keys(now), ...Object.keys(then)])];
  return keys.map((key) => ({ setting, name: `${setting}.${key}`, now: entry(now, key), then: entry(then, key) }));
}

function fileSettings(settings: readonly ShownSetting[]): string[] {
  const valueOf = (wanted: string) => settings.find(({ name }) => name === wanted)?.value;
  const templates = Object.entries((valueOf('templates') ?? {}) as Record<string, { tls?: unknown }>);
  return [
    ...(valueOf('servers.ca_file') ? ['servers.ca_file'] : []),
    ...templates.filter(([, { tls }]) => tls).map(([name]) => `templates.${name}.tls`),
  ];
}

function told(problems: readonly string[], text: SettingsText): ConfigProblem[] {
  const more = problems.length - PROBLEMS_MAX;
  const found = problems.slice(0, PROBLEMS_MAX).map((problem) => ({
    line: lineOf(problem, text) ?? null,
    message: problem.length > PROBLEM_CHARS_MAX ? `${problem.slice(0, PROBLEM_CHARS_MAX)}…` : problem,
  }));
  const shown = found.sort(byLine);
  return more > 0 ? [...shown, { line: null, message: `And ${more} more` }] : shown;
}

/** In the order of the text; what is of no line comes last. */
const byLine = (one: ConfigProblem, other: ConfigProblem): number => (one.line ?? Infinity) - (other.line ?? Infinity) || 0;

/** Where the problem is, which its words say by their path, or by the line of what is no YAML. */
function lineOf(problem: string, { lineOf: lineAt }: SettingsText): number | undefined {
  const [, path, words = ''] = /^gateway\.yaml: (?:([\w.-]+): )?(.*)$/s.exec(problem) ?? [];
  const [, line] = /at line (\d+), column \d+/.exec(words) ?? [];
  if (line !== undefined) return Number(line);
  const [, unknown] = /^unknown setting ([^\s,]+)/.exec(words) ?? [];
  const parts = [...(path?.split('.') ?? []), ...(unknown === undefined ? [] : [unknown])];
  return parts.length > 0 ? lineAt?.(parts) : undefined;
}
