import { CliFailure, EXIT } from '../terminal/cli-failure.js';

type Schema = { properties?: Record<string, unknown> };

/**
 * Builds a call's arguments from `key=value` pairs. The tool's schema decides how a value is read: as is for a
 * string, else as JSON, so that `days=5` is a number for one tool and a text for another.
 * @throws CliFailure for text that is not a pair
 */
export function argumentsFromPairs(pairs: readonly string[], schema: Schema): Record<string, unknown> {
  return Object.fromEntries(pairs.map((pair) => fromPair(pair, schema)));
}

/** @throws CliFailure, which names the option, when it is not a JSON object. */
export function argumentsFromJson(text: string, option = '--args'): Record<string, unknown> {
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CliFailure(`${option} must be a JSON object, such as '{"name":"Alice"}'.`, EXIT.usage);
}

/** Whether a pair's value could be a text or something else, so that only the tool's schema tells which. */
export const isAmbiguous = (pair: string): boolean => parsed(pair.slice(pair.indexOf('=') + 1)) != null;

function fromPair(pair: string, schema: Schema): [string, unknown] {
  const at = pair.indexOf('=');
  if (at < 1) throw new CliFailure(`"${pair}" must look like name=Alice.`, EXIT.usage);
  const [name, text] = [pair.slice(0, at), pair.slice(at + 1)];
  return [name, isText(schema.properties?.[name]) ? text : (parsed(text) ?? text)];
}

/** Whether its type is, or includes, string: then `null` and numbers are text too. */
function isText(property: unknown): boolean {
  const { type } = (property ?? {}) as { type?: unknown };
  return type === 'string' || (Array.isArray(type) && type.includes('string'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
