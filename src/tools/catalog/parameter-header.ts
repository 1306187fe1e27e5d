import { isObject } from '../../common/json.js';
import { mayBeRounded } from '../../common/json-rpc/message-texts.js';
import { textAt } from '../../common/json-text/json-members.js';
import { headerText } from '../../common/mcp-header.js';
import type { JsonSchema } from '../source/tool-source.js';

/** An argument that clients of MCP 2026-07-28 repeat in a header, so that what is in between can route on it. */
export interface ParameterHeader {
  /** As the schema writes it, with its prefix. */
  header: string;
  /** Where the argument stands. */
  path: readonly string[];
}

/** RFC 9110, "Tokens". */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
const DEPTH_MAX = 8;
const NONE: readonly ParameterHeader[] = [];
const known = new WeakMap<JsonSchema, readonly ParameterHeader[]>();

/**
 * What a tool's schema marks with `x-mcp-header` (MCP 2026-07-28, "Custom Headers from Tool Parameters"): arguments that are always
 * at one place. Marks elsewhere, or with a name that is no header's, do not count.
 */
export function parameterHeadersOf(schema: JsonSchema): readonly ParameterHeader[] {
  let headers = known.get(schema);
  if (!headers) known.set(schema, (headers = marksIn(schema, [])));
  return headers;
}

/** The headers a call must carry; undefined when there are none. `json`: the arguments as they are sent. */
export function headersFor(schema: JsonSchema, args: Record<string, unknown>, json: string): Record<string, string> | undefined {
  const marks = parameterHeadersOf(schema);
  if (marks.length === 0) return undefined;
  const sent = marks.flatMap(({ header, path }) => {
    const value = argumentAt(path, args);
    if (value === undefined) return [];
    const text = mayBeRounded(value) ? textAt(path, json) : undefined;
    return [[header, headerText(text ?? String(value))] as const];
  });
  return Object.fromEntries(sent);
}

/** Undefined for null, too: MCP takes both for no value. */
export const argumentAt = (path: readonly string[], args: unknown): unknown =>
  path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), args) ?? undefined;

function marksIn({ properties }: Record<string, unknown>, path: readonly string[]): readonly ParameterHeader[] {
  if (!isObject(properties) || path.length > DEPTH_MAX) return NONE;
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (!isObject(schema)) return [];
    const mark = schema['x-mcp-header'];
    const own = typeof mark === 'string' && TOKEN.test(mark) ? [{ header: `Mcp-Param-${mark}`, path: [...path, name] }] : [];
    return [...own, ...marksIn(schema, [...path, name])];
  });
}
