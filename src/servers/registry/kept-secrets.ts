import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../common/json.js';
import { PLACEHOLDER } from '../../config/template-config.js';
import { TallygateError } from '../../common/tallygate-error.js';
import type { ServerTemplate } from '../templates/server-template.js';
import { isNamedIn, maskConfig, schemasOf, secretPaths } from './config-mask.js';

type Config = Readonly<Record<string, unknown>>;
type Path = readonly string[];

/** A config that was given to change another, and where secrets of the other one stay in it. */
export interface MergedConfig {
  config: Record<string, unknown>;
  kept: readonly Path[];
}

/**
 * What a stored config becomes when another is given for it. Answers mask secrets, so whoever gives one has not got them. A member keeps
 * its stored value
 * - when answers hide it as a secret and it is left out, null or empty;
 * - when it is given exactly as answers show it.
 *
 * Everything else is as given. What is left out is gone then, also a secret in a list, or in an object whose members the schema does not
 * name.
 */
export function withKeptSecrets(schema: unknown, stored: Config, given: Config): MergedConfig {
  const kept: Path[] = [];
  const config = mergedObject({ schemas: [schema], stored, shown: maskConfig(schema, stored), given, path: [], kept });
  return { config, kept };
}

interface Merging {
  schemas: unknown[];
  stored: Config;
  shown: Config;
  given: Config;
  path: Path;
  kept: Path[];
}

function mergedObject(merging: Merging): Record<string, unknown> {
  const { schemas, stored, given } = merging;
  const left = Object.keys(stored).filter((name) => !Object.hasOwn(given, name) && isNamedIn(schemas, name));
  const members = [...left, ...Object.keys(given)].map((name) => [name, mergedMember(merging, name)] as const);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function mergedMember({ schemas, stored, shown, given, path, kept }: Merging, name: string): unknown {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  const former = Object.hasOwn(stored, name) ? stored[name] : undefined;
  if (former === undefined) return value;
  const isLeftOut = value === undefined || value === null || value === '';
  const isHidden = !isDeepStrictEqual(former, shown[name]);
  if (isLeftOut ? isHidden : isDeepStrictEqual(value, shown[name])) {
    if (isHidden) kept.push([...path, name]);
    return former;
  }
  if (!isObject(value) || !isObject(former) || !isObject(shown[name])) return value;
  const inside = { schemas: schemasOf(schemas, name), stored: former, shown: shown[name], given: value };
  return mergedObject({ ...inside, path: [...path, name], kept });
}

/**
 * A stored secret goes nowhere but where it went before: who may change a server does not learn its secrets by pointing it at another one.
 * @throws INVALID_INPUT that names the secrets that have to be given again.
 */
export function demandSameRecipient(template: ServerTemplate, stored: Config, { config, kept }: MergedConfig): void {
  const changed = [...new Set([...Object.keys(stored), ...Object.keys(config)])].filter((name) =>
    mayRedirect(template, name, stored[name], config[name]),
  );
  if (kept.length === 0 || changed.length === 0) return;
  const msg = `must be given again, since ${changed.join(', ')} changed: a stored secret is sent to nobody else`;
  const detail = kept.map((path) => ({ loc: ['body', 'config', ...path], msg, type: 'value_error.config' }));
  throw new TallygateError('INVALID_INPUT', `${['config', ...kept[0]!].join('.')}: ${msg}`, { detail });
}

/**
 * Whether a value of the config may decide who gets the others. It does unless it is known not to: values that are used nowhere do not, nor
 * do secrets that only fill in headers.
 */
function mayRedirect(template: ServerTemplate, name: string, former: unknown, now: unknown): boolean {
  if (isDeepStrictEqual(former, now)) return false;
  const { url = '', args, env, headers, headers_from, config } = template;
  if (name === headers_from) return !isDeepStrictEqual(namesIn(former), namesIn(now));
  if ([url, ...args, ...Object.values(env)].some((text) => isUsed(text, name))) return true;
  return Object.values(headers).some((text) => isUsed(text, name)) && !secretPaths(config).includes(name);
}

const isUsed = (text: string, name: string) => [...text.matchAll(PLACEHOLDER)].some(([, used]) => used === name);
const namesIn = (headers: unknown) =>
  isObject(headers)
    ? Object.keys(headers)
        .map((name) => name.toLowerCase())
        .sort()
    : [];
