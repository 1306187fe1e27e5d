import { isObject } from '../../common/json.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { PLACEHOLDER } from '../../config/template-config.js';
import { HEADER_NAME, RESERVED_HEADERS } from '../../config/upstream/upstream-headers.js';
import type { ServerTemplate } from './server-template.js';

/** Where a server is and how it is reached, secrets included. Never log it. */
export type ServerTarget =
  | { transport: 'http' | 'sse'; url: string; headers: Record<string, string> }
  | { transport: 'stdio'; command: string; args: string[]; env: Record<string, string> };

type Environment = Readonly<Record<string, string | undefined>>;
/** What was registered; names of properties and their values. */
type Config = Readonly<Record<string, unknown>>;

/** Longer than any path, token or URL in use. */
const VALUE_MAX_CHARS = 4_096;
/** A text that is one value of the config and nothing else. */
export const WHOLE_CONFIG_VALUE = /^\$\{config\.([A-Za-z][A-Za-z0-9_]*)\}$/;

const HEADERS_MAX = 20;
const SET_BY_GATEWAY = 'is set by the gateway itself';
/** Visible characters, spaces and tabs: nothing that could end the line and start a header or a request of its own. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** A value of a config that cannot be used. On REST 400 with the path of the property, as in source 003. */
export class ConfigProblem extends TallygateError {
  constructor(
    /** The property of the config; empty for the config as a whole. */
    readonly path: readonly (string | number)[],
    readonly reason: string,
  ) {
    super('INVALID_INPUT', `${['config', ...path].join('.')}: ${reason}`, {
      detail: [{ loc: ['body', 'config', ...path], msg: reason, type: 'value_error.config' }],
    });
    this.name = 'ConfigProblem';
  }
}

/**
 * Fills the config of a registered server into its template. What a value can become is fixed by where the operator put
 * its placeholder: a part of one argument, one variable, one header or the URL; never a program, an option, a further
 * argument or another placeholder.
 * @throws ConfigProblem that names the property of the config.
 */
export function targetOf(template: ServerTemplate, config: Config, env: Environment): ServerTarget {
  const fill = filler(config, env);
  if (template.transport === 'stdio') {
    const args = template.args.map((arg) => argument(arg, fill(arg)));
    return { transport: 'stdio', command: template.command!, args, env: present(template.env, fill) };
  }
  const headers = withoutDoubles(extraHeaders(template, config), present(template.headers, fill));
  return { transport: template.transport, url: urlOf(template.url!, config, env), headers };
}

/** Fills in one text. Undefined when the text mentions a value that the config leaves out. */
type Fill = (text: string) => string | undefined;

/** One pass, so that a value that looks like a placeholder stays what it is. */
function filler(config: Config, env: Environment, encode: (value: string, name: string) => string = (value) => value): Fill {
  return (text) => {
    let isMissing = false;
    const filled = text.replace(PLACEHOLDER, (_, name?: string, variable?: string) => {
      if (variable) return variableOf(variable, env);
      const value = configValue(config, name!);
      if (value === undefined) isMissing = true;
      return value === undefined ? '' : encode(value, name!);
    });
    return isMissing ? undefined : filled;
  };
}

function configValue(config: Config, name: string): string | undefined {
  const value = Object.hasOwn(config, name) ? config[name] : undefined;
  if (value === undefined) return undefined;
  if (!['string', 'number', 'boolean'].includes(typeof value)) {
    throw new ConfigProblem([name], 'must be a text, a number or true or false');
  }
  const text = String(value);
  if (text.length > VALUE_MAX_CHARS) throw new ConfigProblem([name], `must have at most ${VALUE_MAX_CHARS} characters`);
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new ConfigProblem([name], 'must not contain control characters');
  return text;
}

/** The start has already checked the variables of every template; a test may not have. */
function variableOf(name: string, env: Environment): string {
  const value = env[name];
  if (value === undefined) throw new ConfigProblem([], `the template needs the environment variable ${name}`);
  return value;
}

/** A value may follow an option the operator wrote (`--root=${config.root}`) but not become one. */
function argument(text: string, filled: string | undefined): string {
  const name = [...text.matchAll(PLACEHOLDER)].find(([, config]) => config)?.[1] ?? '';
  if (filled === undefined) throw new ConfigProblem([name], 'is required by the template');
  if (name && filled === '') throw new ConfigProblem([name], 'must not be empty');
  if (name && !text.startsWith('-') && filled.startsWith('-')) throw new ConfigProblem([name], 'must not start with "-"');
  return filled;
}

/** Headers and variables whose value the config leaves out are left out. */
function present(texts: Record<string, string>, fill: Fill): Record<string, string> {
  const filled = Object.entries(texts).map(([name, text]) => [name, fill(text)] as const);
  return Object.fromEntries(filled.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

/** The operator's headers win, however either is spelled. */
function withoutDoubles(extra: Record<string, string>, own: Record<string, string>): Record<string, string> {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(extra).filter(([name]) => !names.has(name.toLowerCase()))), ...own };
}

/** The headers that a registration adds, in the property of its config that the template names. Who calls is not for it to say. */
function extraHeaders({ headers_from: property, caller }: ServerTemplate, config: Config): Record<string, string> {
  const value = property === undefined ? undefined : config[property];
  if (property === undefined || value === undefined) return {};
  if (!isObject(value)) throw new ConfigProblem([property], 'must be an object');
  const headers = Object.entries(value);
  if (headers.length > HEADERS_MAX) throw new ConfigProblem([property], `must be at most ${HEADERS_MAX} headers`);
  for (const [name, text] of headers) {
    const isCaller = name.toLowerCase() === caller?.header?.toLowerCase();
    const problem = isCaller ? SET_BY_GATEWAY : headerProblem(name, text);
    if (problem) throw new ConfigProblem([property, name.slice(0, 100)], problem);
  }
  return value as Record<string, string>;
}

function headerProblem(name: string, value: unknown): string | undefined {
  if (!HEADER_NAME.test(name)) return 'must be a header name';
  if (RESERVED_HEADERS.test(name)) return SET_BY_GATEWAY;
  if (typeof value !== 'string' || value.length > VALUE_MAX_CHARS || !HEADER_VALUE.test(value)) return 'must be a header value';
  return undefined;
}

function urlOf(text: string, config: Config, env: Environment): string {
  const whole = WHOLE_CONFIG_VALUE.exec(text)?.[1];
  const name = whole ?? [...text.matchAll(PLACEHOLDER)].find(([, config]) => config)?.[1];
  const filled = filler(config, env, whole ? undefined : encodePart)(text);
  const path = name ? [name] : [];
  if (filled === undefined) throw new ConfigProblem(path, 'is required by the template');
  const url = URL.canParse(filled) ? new URL(filled) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new ConfigProblem(path, 'must be an http:// or https:// URL');
  if (url.username || url.password) throw new ConfigProblem(path, 'must not contain a user or a password');
  url.hash = '';
  return url.href;
}

/** Dots alone would walk up the path the operator wrote; everything else that means something in a URL is encoded. */
function encodePart(value: string, name: string): string {
  if (/^\.{0,2}$/.test(value)) throw new ConfigProblem([name], 'must not be empty, "." or ".."');
  return encodeURIComponent(value);
}
