import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from './tool-source.js';

/** Says what is wrong with a call's arguments, naming the path; undefined when they satisfy the schema. */
export type ArgumentsCheck = (args: Record<string, unknown>) => string | undefined;

// One instance for all tools: compiling is what costs. It stops at the first problem, so that a huge array of wrong
// values costs no more than one. Unknown keywords are ignored, since the schemas of upstream servers are not ours.
const ajv = new Ajv2020({ strict: false, allErrors: false, useDefaults: true });
addFormats.default(ajv);

/** Compiles a tool's input schema, once. Missing arguments that have a default are filled in. */
export function compileArguments(schema: JsonSchema): ArgumentsCheck {
  const validate = ajv.compile(schema);
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
