import { isIP } from 'node:net';
import { TallygateError } from '../../common/tallygate-error.js';
import { WHOLE_CONFIG_VALUE } from '../templates/server-target.js';
import type { ServerTemplate } from '../templates/server-template.js';
import { maskConfig } from './config-mask.js';
import type { RegisteredServer } from './registered-server.js';

/** As long as a template's, so that half of a tool's 64 characters are its own. */
export const SERVER_NAME_MAX_CHARS = 32;

/** Lower-case letters, digits, `-` and single `_`, not the last: where the tool's name begins in `{name}__{tool}` is never in doubt. */
export const SERVER_NAME = /^[a-z][a-z0-9-]*(_[a-z0-9-]+)*$/;

/** Labels of hosts that do not say whose they are. */
const VAGUE_LABELS = ['www', 'mcp', 'api'];

/** What a server is called, and its pool. */
export type ServerNames = Pick<RegisteredServer, 'name' | 'pool'>;

/** What was registered before, as far as names go. */
export type NamedServer = ServerNames & Pick<RegisteredServer, 'templateName'>;

/** What a registration says of names. */
export interface WantedNames {
  templateName: string;
  /** What it is called where it does not say. */
  base: string;
  name?: string | undefined;
  pool?: string | undefined;
}

/**
 * How a new server and its pool are called. A server that names no pool is one of its own, of its own name. Names of servers and of
 * pools are never the same, but for a pool and a server in it.
 * @param reserved names of the gateway's own sources of tools.
 * @throws CONFLICT when a name is taken, or the pool is of another template.
 */
export function namesFor(
  { templateName, base, name, pool }: WantedNames,
  known: readonly NamedServer[],
  reserved: readonly string[] = [],
): ServerNames {
  if (pool !== undefined) demandPool(pool, templateName, known, reserved);
  if (name !== undefined) demandFree(name, pool, known, reserved);
  const chosen = name ?? firstFree(pool ?? base, known, reserved);
  return { name: chosen, pool: pool ?? chosen };
}

/** The name, or the first of `name-2`, `name-3` … that no server, pool or source has. */
export function firstFree(name: string, known: readonly NamedServer[], reserved: readonly string[] = []): string {
  const taken = new Set([...reserved, ...known.flatMap(({ name, pool }) => [name, pool])]);
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? '' : `-${number}`;
    const candidate = `${name.slice(0, SERVER_NAME_MAX_CHARS - ending.length)}${ending}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/**
 * What a server is called that was not given a name: as its template, or, where the whole URL is the config's, as the first label of
 * the host that says something. A URL that may not be shown gives none.
 */
export function baseNameOf({ name, url = '', config: schema }: ServerTemplate, config: RegisteredServer['config']): string {
  const property = WHOLE_CONFIG_VALUE.exec(url)?.[1];
  const shown = property === undefined ? undefined : maskConfig(schema, config)[property];
  const host = typeof shown === 'string' && URL.canParse(shown) ? new URL(shown).hostname : '';
  if (isIP(host.replace(/^\[|\]$/g, ''))) return name;
  const labels = host.split('.');
  const label = labels.slice(0, -1).find((one) => !VAGUE_LABELS.includes(one)) ?? labels[0]!;
  const cut = label.slice(0, SERVER_NAME_MAX_CHARS).replace(/_+$/, '');
  return SERVER_NAME.test(cut) ? cut : name;
}

function demandPool(pool: string, templateName: string, known: readonly NamedServer[], reserved: readonly string[]): void {
  const member = known.find((server) => server.pool === pool);
  if (member && member.templateName !== templateName) {
    throw taken(`The pool "${pool}" is of the template "${member.templateName}". Choose another pool, or none.`);
  }
  if (member) return;
  if (reserved.includes(pool)) throw taken(`"${pool}" is what the gateway's own tools are of. Choose another pool.`);
  const other = known.find(({ name }) => name === pool);
  if (other) throw taken(`"${pool}" is a server of the pool "${other.pool}". Choose that pool, or another.`);
}

function demandFree(name: string, pool: string | undefined, known: readonly NamedServer[], reserved: readonly string[]): void {
  if (reserved.includes(name)) throw taken(`"${name}" is what the gateway's own tools are of. Choose another name.`);
  if (known.some((server) => server.name === name)) {
    throw taken(
      `There is a server "${name}" already. Choose another name; to share the calls of a server, register with its pool.`,
    );
  }
  if (name !== pool && known.some((server) => server.pool === name)) {
    throw taken(`There is a pool "${name}" already. Choose another name, or register into it: pool "${name}".`);
  }
}

const taken = (words: string) => new TallygateError('CONFLICT', words);
