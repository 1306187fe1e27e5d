import { Ajv, type ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from '../source/tool-source.js';

/** Says what is wrong with a call's arguments, naming the path; undefined when they satisfy the schema. */
export type ArgumentsCheck = (args: Record<string, unknown>) => string | undefined;

// One instance for all tools of a dialect: compiling is what costs. It stops at the first problem, so that a huge array of wrong
// values costs no more than one. Unknown keywords are ignored, since the schemas of upstream servers are not ours.
const OPTIONS = { strict: false, allErrors: false, useDefaults: true, addUsedSchema: false, logger: false } as const;
const ajv2020 = new Ajv2020(OPTIONS);
/** What many upstream servers still write: `definitions`, and lists of schemas under `items`. */
const ajv7 = new Ajv(OPTIONS);
addFormats.default(ajv2020);
addFormats.default(ajv7);
const OLD_DRAFT = /^https?:\/\/json-schema\.org\/draft-0[4-7]\/schema/;

/**
 * Compiles a tool's input schema, once. Missing arguments that have a default are filled in. Ajv forgets the schema
 * again: those of upstream servers come and go, and may have the same `$id`.
 * @throws Error when it cannot be compiled.
 */
export function compileArguments({ $schema, ...schema }: JsonSchema): ArgumentsCheck {
  const ajv = typeof $schema === 'string' && OLD_DRAFT.test($schema) ? ajv7 : ajv2020;
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema);
  return (args) => (validate(args) ? undefined : describe(validate.errors![0]!));
}

function describe({ instancePath, keyword, params, message }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll('/', '.');
  if (keyword === 'required') return `"${[path, params['missingProperty']].filter(Boolean).join('.')}" is required`;
  if (keyword === 'additionalProperties')
    return `"${[path, params['additionalProperty']].filter(Boolean).join('.')}" is not a known argument`;
  if (keyword === 'enum') return `"${path}" must be one of: ${(params['allowedValues'] as unknown[]).join(', ')}`;
  return `"${path || 'arguments'}" ${message}`;
}
