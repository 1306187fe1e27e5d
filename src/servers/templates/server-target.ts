import { PLACEHOLDER } from '../../config/template-config.js';
import type { ServerInstance } from '../registry/registered-server.js';
import { extraHeaders } from './target-headers.js';
import { ConfigProblem } from './config-problem.js';
import type { ServerTemplate } from './template.js';

/** Where a server is and how it is reached, secrets included. Never log it. */
export type ServerTarget =
  | { transport: 'http'; url: string; headers: Record<string, string> }
  | { transport: 'stdio'; command: string; args: string[]; env: Record<string, string> };

type Environment = Readonly<Record<string, string | undefined>>;
type Config = ServerInstance['config'];

/** Longer than any path, token or URL in use. */
const VALUE_MAX_CHARS = 4_096;
const WHOLE_CONFIG_VALUE = /^\$\{config\.([A-Za-z][A-Za-z0-9_]*)\}$/;

/**
 * Fills the values of a registered server into its template. What a value can become is fixed by where the operator put
 * its placeholder: a part of one argument, one variable, one header or the URL; never a program, an option, a further
 * argument or another placeholder.
 * @throws ConfigProblem that names the property of the config.
 */
export function targetOf(template: ServerTemplate, { config }: Pick<ServerInstance, 'config'>, env: Environment): ServerTarget {
  const fill = filler(config, env);
  if (template.transport === 'stdio') {
    const args = template.args.map((arg) => argument(arg, fill(arg)));
    return { transport: 'stdio', command: template.command!, args, env: present(template.env, fill) };
  }
  const extra = template.headers_from ? extraHeaders(template.headers_from, config[template.headers_from]) : {};
  const headers = withoutDoubles(extra, present(template.headers, fill));
  return { transport: 'http', url: urlOf(template.url!, config, env), headers };
}

/** Undefined when the text mentions a value that the config leaves open. */
type Fill = (text: string) => string | undefined;

/** One pass, so that a value that looks like a placeholder stays what it is. */
function filler(config: Config, env: Environment, encode: (value: string, name: string) => string = (value) => value): Fill {
  return (text) => {
    let isOpen = false;
    const filled = text.replace(PLACEHOLDER, (_, name?: string, variable?: string) => {
      if (variable) return variableOf(variable, env);
      const value = configValue(config, name!);
      if (value === undefined) isOpen = true;
      return value === undefined ? '' : encode(value, name!);
    });
    return isOpen ? undefined : filled;
  };
}

function configValue(config: Config, name: string): string | undefined {
  const value = Object.hasOwn(config, name) ? config[name] : undefined;
  if (value === undefined) return undefined;
  if (!['string', 'number', 'boolean'].includes(typeof value))
    throw new ConfigProblem([name], 'must be a text, a number or true or false');
  const text = String(value);
  if (text.length > VALUE_MAX_CHARS) throw new ConfigProblem([name], `must have at most ${VALUE_MAX_CHARS} characters`);
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new ConfigProblem([name], 'must not contain control characters');
  return text;
}

/** Checked at start for every template; here for what a test or a later change of the environment leaves open. */
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

/** Headers and variables whose value is left open are left out. */
function present(texts: Record<string, string>, fill: Fill): Record<string, string> {
  const filled = Object.entries(texts).map(([name, text]) => [name, fill(text)] as const);
  return Object.fromEntries(filled.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

/** The operator's headers win, however either is spelled. */
function withoutDoubles(extra: Record<string, string>, own: Record<string, string>): Record<string, string> {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(extra).filter(([name]) => !names.has(name.toLowerCase()))), ...own };
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
