import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { anything, hostile, text, type Known, type Schema } from '../clients/hostile-values.js';

interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  schema: Schema;
}

interface OpenApi {
  paths: Record<
    string,
    Record<
      string,
      {
        security?: object[];
        parameters?: Parameter[];
        requestBody?: { content: Record<string, { schema: Schema }> };
        responses: Record<string, { description: string }>;
      }
    >
  >;
  components: { schemas: Record<string, Schema> };
}

/** An endpoint of the committed API document. */
export interface Endpoint {
  method: string;
  path: string;
  needsAuth: boolean;
  /** Whether a 403 is documented that is not of cookies alone. */
  hasOwn403: boolean;
  parameters: Parameter[];
  body?: { type: string; schema: Schema };
}

export interface HostileRequest {
  method: string;
  /** With path parameters and query filled in. */
  url: string;
  headers: Record<string, string>;
  body?: string;
}

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenApi;
const resolve = (ref: string): Schema => document.components.schemas[ref.split('/').at(-1)!]!;

/** Every endpoint there is. */
export function endpoints(): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, parameters = [], requestBody, responses }]) => {
      const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      // Of a body that may be null, what it is otherwise.
      const [schema] = (content?.schema as { allOf?: Schema[] } | undefined)?.allOf ?? [content?.schema];
      const hasOwn403 = responses['403'] !== undefined && !responses['403'].description.startsWith('The cookie');
      const body = type && schema ? { body: { type, schema } } : {};
      return { method: method.toUpperCase(), path, needsAuth: security !== undefined, hasOwn403, parameters, ...body };
    }),
  );
}

/** Requests to it that are odd in every place the document names. */
export function requestsTo({ method, path, parameters, body }: Endpoint, known: Known): fc.Arbitrary<HostileRequest> {
  const placed = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place);
  return fc
    .record({
      path: fc.record(Object.fromEntries(placed('path').map((one) => [one.name, hostile(one.schema, resolve, known, one.name)]))),
      query: queryOf(placed('query'), known),
      headers: fc.record(Object.fromEntries(placed('header').map(({ name }) => [name, HEADER])), { requiredKeys: [] }),
      body: body ? bodyOf(body.type, body.schema, known) : fc.constant(undefined),
    })
    .map((parts) => ({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encode(parts.path[name]) || '%20') + parts.query,
      headers: { ...(parts.headers as Record<string, string>), ...(body && { 'content-type': body.type }) },
      ...(parts.body !== undefined && { body: parts.body }),
    }));
}

const HEADER = fc.constantFrom('a', 'x'.repeat(2_000), '%00', 't=1,v1=00', '"', '__proto__', '\u00e9');

function queryOf(parameters: Parameter[], known: Known): fc.Arbitrary<string> {
  const names = fc.constantFrom(...parameters.map(({ name }) => name), 'surplus', '__proto__');
  const shape = fc.constantFrom('', '', '', '[]', '[a]', '[a][b]');
  const value = (name: string) =>
    hostile(parameters.find((one) => one.name === name)?.schema ?? {}, resolve, known, name).map((one) => encode(one));
  const pair = fc
    .tuple(names, shape)
    .chain(([name, suffix]) => value(name).map((one) => `${encodeURIComponent(name)}${suffix}=${one}`));
  return fc.array(pair, { maxLength: 5 }).map((pairs) => (pairs.length > 0 ? `?${pairs.join('&')}` : ''));
}

function bodyOf(type: string, schema: Schema, known: Known): fc.Arbitrary<string> {
  if (type.includes('octet-stream')) return fc.oneof(text(), fc.constantFrom('symbol,date\nA,B\n', 'PAR1', '\x1f\x8b\x08'));
  const values = fc.oneof({ weight: 8, arbitrary: hostile(schema, resolve, known) }, { weight: 1, arbitrary: anything() });
  if (type.includes('urlencoded')) return values.map((value) => form(value));
  return fc.oneof({ weight: 9, arbitrary: values.map((value) => JSON.stringify(value)) }, { weight: 1, arbitrary: text() });
}

const form = (value: unknown): string =>
  Object.entries(Object(value) as object)
    .map(([name, one]) => `${encode(name)}=${encode(one)}`)
    .join('&');

/** Percent-encodes anything; what is no text of Unicode becomes bytes that are none either. */
function encode(value: unknown): string {
  try {
    return encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value));
  } catch {
    return '%ED%A0%80';
  }
}
