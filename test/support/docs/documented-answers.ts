import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';

type Schema = Record<string, unknown>;

interface DocumentedAnswer {
  content?: Record<string, { schema: Schema }>;
}

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, DocumentedAnswer> }>>;
}

/** An answer, as far as the API document speaks of it. */
export interface GivenAnswer {
  status: number;
  headers: Headers;
  text: string;
}

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;
const ajv = (addFormats as unknown as typeof addFormats.default)(new Ajv({ strict: false, allErrors: true }));
ajv.addSchema(exact(document) as Schema, 'openapi');
const validators = new Map<string, ValidateFunction>();

/** Every answer that the API document names: `GET /health 200`. */
export const DOCUMENTED = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, { responses }]) =>
    Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
  ),
);

/**
 * Which documented answer this is, as in `DOCUMENTED`; undefined for a path or a method that the document does not have.
 * @throws Error for a status, a media type or a body that is not as documented, members without a word included
 */
export function documentedAnswer(method: string, url: string, { status, headers, text }: GivenAnswer): string | undefined {
  const path = pathOf(new URL(url, 'http://gateway').pathname);
  const operation = path && document.paths[path]![method.toLowerCase()];
  if (!operation) return undefined;
  const name = `${method} ${path} ${status}`;
  const answer = operation.responses[status];
  if (!answer) throw new Error(`${name} is not in openapi.json: ${text.slice(0, 500)}`);
  const types = Object.keys(answer.content ?? {});
  const given = headers.get('content-type')?.split(';')[0];
  const isDocumented = given === undefined ? types.length === 0 && text === '' : types.includes(given);
  if (!isDocumented) throw new Error(`${name} came as ${given}, not ${types.join(' or ')}`);
  if (given === 'application/json') validate(name, ['paths', path, method.toLowerCase(), 'responses', status], text);
  return name;
}

/** The path of the document that a URL's path is of; one without parameters before one with. */
function pathOf(given: string): string | undefined {
  if (document.paths[given]) return given;
  return Object.keys(document.paths).find((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(given));
}

function validate(name: string, place: (string | number)[], text: string): void {
  const pointer = [...place, 'content', 'application/json', 'schema'].map((part) => encodeURIComponent(escaped(`${part}`)));
  let validator = validators.get(name);
  if (!validator) validators.set(name, (validator = ajv.compile({ $ref: `openapi#/${pointer.join('/')}` })));
  if (validator(JSON.parse(text))) return;
  throw new Error(`${name} is not as openapi.json says: ${ajv.errorsText(validator.errors)}: ${text.slice(0, 500)}`);
}

const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** OpenAPI 3.0 as JSON Schema, in which an object has no members but those it names. */
function exact(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(exact);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = Object.fromEntries(Object.entries(node).map(([name, one]) => [name, exact(one)])) as Schema;
  const isClosed = typeof rest['properties'] === 'object' && rest['additionalProperties'] === undefined;
  const schema = { ...rest, ...(isClosed && { additionalProperties: false }) };
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}
